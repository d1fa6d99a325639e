#include "out_explain.h"
#include "out_text.h"

const struct out out_text = {
	.name = "text",
	.check = out_text_check,
	.check_all = out_text_check_all,
	.audit = out_text_audit,
	.apply = out_text_apply,
	.revert = out_text_revert,
	.confirm = out_text_confirm,
	.history = out_text_history,
	.profiles = out_text_profiles,
	.rules = out_text_rules,
	.facts = out_text_catalog,
	.explain = out_text_explain,
	.explain_list = out_text_explain_list,
};
