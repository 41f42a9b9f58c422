"""Lists of parties: FollowTheMoney and other published lists."""
