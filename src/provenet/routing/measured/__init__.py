"""What measured paths cross: classes of addresses, networks, identified devices, and what each trace proves."""
