# Completion of tcptune(8) for fish. All words come from the program itself: from
# "tcptune help --list" and "tcptune COMMAND --list", a name a line, a tab and a word
# about it, which is what fish takes.

# The command: the first word that is no option and no option's argument.
function __tcptune_command
    set -l words (commandline -opc)
    set -l skip 1
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case --format --color --severity --profile --root --netns --set --interval --to --plan --confirm --kernel -f -p -s -i
                set skip 1
            case '-*'
            case '*'
                echo $word
                return 0
        end
    end
    return 1
end

function __tcptune_is
    set -l command (__tcptune_command)
    contains -- "$command" $argv
end

# The options of the command, or of check where none is given, without their dashes.
function __tcptune_takes
    set -l command (__tcptune_command; or echo check)
    tcptune help $command --list 2>/dev/null | string match -q -- "--$argv[1]"\t'*'
end

# A key that is begun with slashes goes on with slashes.
function __tcptune_explain
    if string match -q 'net/*' -- (commandline -ct)
        tcptune explain --list 2>/dev/null | string replace -r '\t.*' '' | string match 'net.*' | tr ./ /.
    else
        tcptune explain --list 2>/dev/null
    end
end

complete -c tcptune -f
complete -c tcptune -n 'not __tcptune_command >/dev/null' -a '(tcptune help --list 2>/dev/null)'
complete -c tcptune -n '__tcptune_is help' -a '(tcptune help --list 2>/dev/null)'
complete -c tcptune -n '__tcptune_is explain' -a '(__tcptune_explain)'
complete -c tcptune -n '__tcptune_is rules' -a '(tcptune rules --list 2>/dev/null)'
complete -c tcptune -n '__tcptune_is profiles' -a '(tcptune profiles --list 2>/dev/null)'
complete -c tcptune -n '__tcptune_is audit lint reload' -F
complete -c tcptune -n '__tcptune_is capture' -a '(__fish_complete_directories)'

complete -c tcptune -n '__tcptune_takes profile' -s p -l profile -x -a '(tcptune profiles --list 2>/dev/null; __fish_complete_suffix .yaml)' -d 'the policy to hold the host against'
complete -c tcptune -n '__tcptune_takes set' -s s -l set -x -d 'NAME=VALUE'
complete -c tcptune -n '__tcptune_takes interval' -s i -l interval -x -d 'seconds between two samples'
complete -c tcptune -n '__tcptune_takes severity' -l severity -x -a 'critical high medium low info' -d 'findings from this on'
complete -c tcptune -n '__tcptune_takes netns' -l netns -x -a '(command ls /run/netns 2>/dev/null)' -d 'another network namespace'
complete -c tcptune -n '__tcptune_takes to' -l to -x -a '(tcptune history --list 2>/dev/null)' -d 'the record to go back to'
complete -c tcptune -n '__tcptune_takes plan' -l plan -r -F -d 'a plan that was saved and reviewed'
complete -c tcptune -n '__tcptune_takes kernel' -l kernel -x -d 'a version of Linux'
complete -c tcptune -n '__tcptune_takes confirm' -l confirm -x -d 'seconds'
complete -c tcptune -n '__tcptune_takes format' -s f -l format -x -a 'text json' -d 'how to show it'
complete -c tcptune -n '__tcptune_takes root' -l root -x -a '(__fish_complete_directories)' -d 'a captured host'
complete -c tcptune -n '__tcptune_takes color' -l color -x -a 'auto always never' -d colour
for option in (tcptune help --list 2>/dev/null | string replace -r '\t.*' '' | while read -l command; tcptune help $command --list 2>/dev/null; end | sort -u)
    set -l parts (string split -m 1 \t -- $option)
    set -l name (string sub -s 3 -- $parts[1])
    contains -- $name profile set interval severity netns format root color to plan confirm kernel; and continue
    complete -c tcptune -n "__tcptune_takes $name" -l $name -d "$parts[2]"
end
