"""What a result says to a person, as lines: the command prints them, and so do `print` and notebooks.

| module | what |
|---|---|
| `line` | a line and its style |
| `readable` | what makes `print` show a result's lines |
| `verdict_text` | a verdict |
| `claim_text` | a claim |
| `square_drawing` | a square that does not commute, drawn |
| `wording` | values, interventions and evidence in words |
"""
