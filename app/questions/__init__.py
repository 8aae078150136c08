"""Questions and answers: asked and voted by anyone, answered with sources, live or at leisure."""
