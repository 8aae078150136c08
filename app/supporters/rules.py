"""How long a private link and its cookie open the page of one's own things. Pure decisions."""

from datetime import timedelta

LINK_LIFE = timedelta(days=400)
"""A mailed link must still serve when a report of next year shows the words; each new one is as good."""

VISIT_LIFE = timedelta(days=90)
