"""Samples of UNIPEN whose strokes do not show what their label says: a 4 of which one plain stroke
is left, the ring of an 8, a 7 labelled 17.

52 of 13,285 digits and five of 1,018 numbers, seen by a person among the 174 digits and 109 numbers
that the readers read otherwise. How some people write, a 1 like a 7 or a 6 like a 4, is not one.
"""

_MARKS = """
    0266112b 06bd997e 08e3864e 08f26133 0961c4e0 0ae2b873 0e83a444 1001687d 1038e054 14e27a75
    1eb05868 20397e59 21538157 2c4adab4 32dbbef2 332e6e4b 35b4115f 381124d0 3f024b59 567931b1
    5d7b1ee1 5efb62fa 615b29c0 65bfb39b 679b386e 6bac8422 70ad6958 73f82f00 780590f6 7bd5c66f
    7e7aa298 83513f9c 84377fda 89d80354 8c6d95e3 8d89e22c 9640524b 98ad6d36 a0f8f921 ae0b92aa
    c7df1348 c8435105 c9ef216e ce83c1ea d26d62fa d50f790a d99baaa0 e045f9e2 e73f93d0 e778253f
    e8e4122e ea566448 eaea1332 ed020544 ed77bfc8 eec961ee fd75a66c
"""
MISLABELLED = frozenset(int(mark, 16) for mark in _MARKS.split())
"""The CRC-32 of each one's points, as `shuzi.synth.unipen` counts it."""
