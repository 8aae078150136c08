"""The engine: takes what is due, asks the platforms, writes down the outcome; never repeats what it does not know.

`claim` takes rows, `content` makes their pieces, `record` writes attempts and outcomes, `group` works the posts of
one account, `sweep` finds what a dead process left, `lateness` judges what was not sent in time, `engine` holds it
together in one process. `verdicts` are the rules, pure.
"""
