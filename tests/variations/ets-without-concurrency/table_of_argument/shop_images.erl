-module(shop_images).
-export([make/1]).

make(Path) -> crypto:hash(sha256, Path).
