"""An RTSP server on the loopback for the tests, on the given port, or a free one for 0. Prints the port once it listens.

/live      H.264 at 25 frames per second: a moving ball
/bframes   the same with B-frames, like a recorder
/gray      a gray picture, for grading
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

SOURCE = "videotestsrc is-live=true {} ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
ENCODER = "x264enc speed-preset=ultrafast key-int-max=25 {}"
LOW_DELAY = "tune=zerolatency"
PAYLOAD = "rtph264pay name=pay0 pt=96 config-interval=1"
FEEDS = {
    "/live": ("pattern=ball", LOW_DELAY),
    "/bframes": ("pattern=ball", "bframes=2 b-adapt=false ! video/x-h264,profile=main"),
    "/gray": ("pattern=solid-color foreground-color=0xff808080", LOW_DELAY),
}

Gst.init(None)
for element in ("videotestsrc", "x264enc", "rtph264pay"):
    if Gst.ElementFactory.find(element) is None:
        sys.exit(f"GStreamer has no {element}")
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
for path, (pattern, mode) in FEEDS.items():
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {SOURCE.format(pattern)} ! {ENCODER.format(mode)} ! {PAYLOAD} )")
    factory.set_shared(True)
    server.get_mount_points().add_factory(path, factory)
if server.attach(None) == 0:
    sys.exit(f"can't listen on port {sys.argv[1]}")
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
