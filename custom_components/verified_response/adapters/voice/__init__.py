"""Home Assistant's voice: sentences heard, phrases overheard, satellites that ask back.

sentences    one sentence trigger a topic       overhearing  what no trigger may show
satellites   they ask and announce              places       where it was heard, who is at home
"""
