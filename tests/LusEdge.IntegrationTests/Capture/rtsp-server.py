"""An RTSP server on a free port of the loopback, for the tests. Prints the port once it listens; ends with its standard input.

/live      H.264 at 25 frames a second: a ball that moves
/bframes   the same with B-frames, as a recorder sends it
/steps     gray that steps each second through the levels that are given as arguments
"""
import sys
import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
SOURCE = "videotestsrc is-live=true {pattern} ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
PAY = "rtph264pay name=pay0 pt=96 config-interval=1"
MOUNTS = {
    "/live": f"{SOURCE.format(pattern='pattern=ball')} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! {PAY}",
    "/bframes": f"{SOURCE.format(pattern='pattern=ball')} ! x264enc bframes=2 speed-preset=ultrafast key-int-max=25 ! {PAY}",
}

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
for path, pipeline in MOUNTS.items():
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    factory.set_shared(True)
    server.get_mount_points().add_factory(path, factory)

loop = GLib.MainLoop()
if server.attach(None) == 0:
    sys.exit("can't listen")
print(server.get_bound_port(), flush=True)
GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, lambda *_: loop.quit())
loop.run()
