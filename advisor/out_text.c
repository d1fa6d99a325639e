#include "out_text.h"

const struct out out_text = {
	.name = "text",
	.check = out_text_check,
	.apply = out_text_apply,
	.revert = out_text_revert,
};
