# A run that is to be another one once more begins only with that one's image and inputs. Looked at here, where they are read anyway, so that
# nothing can change between the look and the run.

bai_reproduces=''

plan_reproduces() { # path of the record of the run that is to be had again
  place stdOutErrPathPrefix "$1"
  bai_reproduces=$bai_path
}

check_reproduction() {
  [ -n "$bai_reproduces" ] || return 0
  [ -n "$bai_receipt" ] || fail inputs-changed 247 "what the run is made of could not be recorded, see execution.log"
  [ -r "$bai_reproduces" ] || fail inputs-changed 247 "there is no record of what is to be had again: $bai_reproduces"
  bai_said=$(made_otherwise "$bai_reproduces" "$bai_record") && [ -n "$bai_said" ] ||
    fail inputs-changed 247 "the record of what is to be had again cannot be read: $bai_reproduces"
  [ "$bai_said" = equal ] || fail inputs-changed 247 "$bai_said"
}

# Says `equal`, or the first differences by name. A record has a line for each kind and directory, and lines of sha256sum below it.
made_otherwise() { # record of the first run, record of this one
  awk '
    FNR == 1 { place = ""; past = 0; next }
    /^output / || $0 == "end" { past = 1 }
    past { next }
    /^input / { place = $2; next }
    {
      if (/^image /) { name = "image"; value = substr($0, 7) }
      else {
        value = substr($0, 1, index($0, " ") - 1); sub(/^\\/, "", value)
        name = substr($0, index($0, " ") + 2); sub(/^\.\//, "", name)
        name = "input " place "/" name
      }
      if (!(name in known)) { known[name] = 1; names[++count] = name }
      if (FILENAME == ARGV[1]) first[name] = value; else second[name] = value
    }
    END {
      for (at = 1; at <= count; at++) {
        name = names[at]
        if (first[name] == second[name]) continue
        verdict = first[name] == "" ? "new" : second[name] == "" ? "missing" : "changed"
        if (++found <= 5) said = said (said == "" ? "" : ", ") name " " verdict
      }
      if (found > 5) said = said ", and " (found - 5) " more"
      print (said == "" ? "equal" : said)
    }
  ' "$1" "$2"
}
