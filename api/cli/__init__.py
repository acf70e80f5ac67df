"""The command `tauomega` and its reports.

| module | what it is |
|---|---|
| `__main__` | the group of commands, each imported when it is called; exit codes |
| `check`, `demo`, `definitions`, `doctor`, `examples`, `new` | one command each |
| `exit_code` | what the exit status says |
| `report_text` | a verdict as a person reads it |
| `square_drawing` | a failing square, drawn with both ways round |
| `report_json` and `counterexample_json` | a verdict as a program reads it, canonical |
| `wording`, `line`, `progress` | words for values and evidence; lines; progress bars |
| `seconds`, `user_definition` | what an option accepts: durations, a definition of one's own |
"""
