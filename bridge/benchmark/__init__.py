"""A benchmark of interpretability methods whose labels are decided, not assumed.

| module | what it is |
|---|---|
| `task.py` | a task: networks, high-level models, labelled explanations, the class of places |
| `tasks/` | the tasks, one file each |
| `suites.py` | which tasks and methods make a suite |
| `truth.py` | every label decided by `check`, with its evidence; all valid explanations counted |
| `answers.py` | one method on one task: its claims, each sampled, counted and decided |
| `scoring.py` | the competition's points, the confusion table |
| `records.py` | results as checksummed JSON lines, one file a worker |
| `running.py` | units of work on workers, resumable |
| `table.py` | all results as rows, and the summary |
"""
