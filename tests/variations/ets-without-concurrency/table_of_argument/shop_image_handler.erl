-module(shop_image_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Path = cowboy_req:path(Req),
    Image = case shop_memo:get(images, Path) of
        {ok, Found} -> Found;
        undefined ->
            Made = shop_images:make(Path),
            shop_memo:put(images, Path, Made),
            Made
    end,
    {ok, cowboy_req:reply(200, #{}, Image, Req), State}.
