"""`python -m provenet`: the same door as the command `provenet`."""

from provenet.cli.main import main

main()
