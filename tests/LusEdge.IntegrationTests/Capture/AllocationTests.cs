using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Contract;
using LusEdge.FFmpeg;
using LusEdge.Metering;
using LusEdge.Preprocess;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.IntegrationTests.Capture;

public sealed class AllocationTests : FeedTest
{
    private const int WarmUp = 50;
    private const int Measured = 300;

    [Fact]
    public void Reading_a_frame_allocates_nothing()
    {
        FFmpegLibraries.Load();
        var options = new CaptureOptions { Source = LongClip(), Sector = new Sector(3, 5, 31, 21) };
        var ledger = new FrameLedger();
        using var pool = new FramePool(ledger);
        using var deadline = new ReadDeadline();
        using var pause = new Pause(TimeProvider.System);
        using var connection = Connection.Open(SourceAddress.Parse(options.Source), options, deadline, pause, TimeProvider.System, NullLogger.Instance);
        FrameHandoff handoff = FrameHandoff.Newest(ledger);
        Read(WarmUp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(Measured);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        handoff.Close();
        Assert.Equal((0, 0), (ledger.Read().Imbalance, ledger.Read().InFlight));

        void Read(int frames)
        {
            for (int i = 0; i < frames; i++)
            {
                CapturedFrame frame = pool.Rent();
                if (connection.Read(frame) != ReadStatus.Picture || !handoff.Put(frame)) throw new InvalidOperationException("the clip is too short");
            }
        }
    }

    [Fact]
    public void Taking_and_preparing_a_frame_allocates_nothing()
    {
        RunningFeed running = Run(LongClip());
        var preprocessor = new Preprocessor(new PreprocessOptions(), running.Feed.Description!);
        byte[] input = new byte[preprocessor.Width * preprocessor.Height];
        Take(WarmUp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Take(Measured);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Take(int frames)
        {
            while (frames > 0)
            {
                TakeResult taken = running.Feed.Take(Patience, out CapturedFrame? frame);
                if (taken == TakeResult.Ended) throw new InvalidOperationException("the clip is too short");
                if (frame is null) continue;
                preprocessor.Fill(frame, input);
                running.Ledger.Completed(FrameState.Live);
                frame.Dispose();
                frames--;
            }
        }
    }

    private string LongClip() => Clip("long.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=15", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-bf", "2");
}
