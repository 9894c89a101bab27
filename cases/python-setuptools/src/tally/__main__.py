"""`tally NUMBER…`: their sum in a C long."""

import sys

from tally import add


def main():
    total = 0
    try:
        for word in sys.argv[1:]:
            total = add(total, int(word))
    except (OverflowError, ValueError) as error:
        print(f"tally: {error}", file=sys.stderr)
        return 1
    print(total)
    return 0


if __name__ == "__main__":
    sys.exit(main())
