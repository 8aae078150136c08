"""What may be done with a post: plan it, change it, note what its carrier says. Refuses to rewrite what went out."""

from app.publishing.service.changing import (
    AlreadyPosted,
    OnItsWay,
    Undecided,
    check_changeable,
    get_post,
    note,
    set_due,
)
from app.publishing.service.following import add_following, drop_following, step_following
from app.publishing.service.hand import decline, mark_posted, plan_again
from app.publishing.service.images import image, put_back
from app.publishing.service.plan import (
    BY_HAND,
    Delivery,
    add_post,
    change_post,
    check_removable,
    first_state,
    move_post,
    remove_post,
)

__all__ = [
    "BY_HAND",
    "AlreadyPosted",
    "Delivery",
    "OnItsWay",
    "Undecided",
    "add_following",
    "add_post",
    "change_post",
    "check_changeable",
    "check_removable",
    "decline",
    "drop_following",
    "first_state",
    "get_post",
    "image",
    "mark_posted",
    "move_post",
    "note",
    "plan_again",
    "put_back",
    "remove_post",
    "set_due",
    "step_following",
]
