# What the host is like is asked of sysconfig, which answers for the host; struct and sys would answer for the
# Python that runs this.
import sysconfig

from setuptools import Extension, setup

word = sysconfig.get_config_var("SIZEOF_LONG")

setup(
    ext_modules=[
        Extension("tally._words", ["tally/_words.c"], define_macros=[("CONFIGURED_WORD", str(word))]),
    ],
)
