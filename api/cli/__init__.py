"""The command `tauomega` and its reports.

| module | what it is |
|---|---|
| `__main__` | the group of commands, each imported when it is called; exit codes |
| `check`, `demo`, `definitions`, `doctor`, `examples`, `new` | one command each |
| `report_text` | a verdict as a person reads it, a failing square drawn |
| `report_json` | a verdict as a program reads it, canonical |
"""
