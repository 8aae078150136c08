"""Questions of the public with their votes, the answers with their sources, and the hours when someone answers live."""
