#!/bin/sh
# Usage: fill-in.sh FILE
#
# Prints FILE with each ${NAME} in it replaced by that variable of the environment: the formats of the
# servers know no environment. Lines that begin with # are left out, and a \ at the end of a line joins
# it to the next, as not every format has comments and long lines. A variable that is missing, or that
# holds what a format might misread, ends it with 1.
set -eu
exec awk '
  /^#/ { next }
  /\\$/ { held = held substr($0, 1, length($0) - 1); next }
  {
    line = held $0
    held = ""
    while (match(line, /\$\{[A-Z_]+\}/)) {
      name = substr(line, RSTART + 2, RLENGTH - 3)
      if (ENVIRON[name] !~ /^[A-Za-z0-9_-]+$/) {
        print FILENAME ": " name " must be set, to letters, digits, - and _ alone." > "/dev/stderr"
        exit 1
      }
      line = substr(line, 1, RSTART - 1) ENVIRON[name] substr(line, RSTART + RLENGTH)
    }
    print line
  }
' "$1"
