using System.Text.Json;
using LusEdge.Capture;
using LusEdge.Capture.Frames;
using LusEdge.Capture.Source;
using LusEdge.Metering;
using LusEdge.Training;
using LusEdge.Training.Phantom;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.TrainingTests.Phantom;

public sealed class PhantomFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-phantom-").FullName;
    private readonly IProgress<WorkProgress> _silent = new Silent();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collection_lists_one_clip_per_line_and_the_appliance_decodes_all_frames()
    {
        await ClipCollection.WriteAsync(_directory, count: 8, frames: 75, seed: 3, _silent, Cancel);
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(_directory, "index.csv"), Cancel);
        Assert.Equal(9, lines.Length);
        Assert.Equal("phantom-0001.mp4,phantom,phantom-p0001,1,0,0*,75,convex,384,320,25,synthetic,Apache-2.0", lines[2]);
        Assert.Equal("phantom-0007.mp4,phantom,phantom-p0007,1,0,0,75,linear,384,320,25,synthetic,Apache-2.0", lines[8]);
        Assert.Equal(10, Directory.GetFileSystemEntries(_directory).Length - 1 + 2);
        Assert.Equal(75, Decode(Path.Combine(_directory, "phantom-0007.mp4"), 384, 320));
    }

    [Fact]
    public async Task A_contact_sheet_is_a_PNG_with_one_column_per_grade()
    {
        string file = Path.Combine(_directory, "sheet.png");
        await ContactSheet.WriteAsync(file, seed: 1, Cancel);
        byte[] png = await File.ReadAllBytesAsync(file, Cancel);
        Assert.Equal(7 * 176, png[18] << 8 | png[19]);
        Assert.Equal(3 * 176, png[22] << 8 | png[23]);
    }

    [Fact]
    public async Task An_encoder_error_is_passed_on_and_leaves_no_file()
    {
        string file = Path.Combine(_directory, "odd.mp4");
        var failure = await Assert.ThrowsAsync<PhantomException>(async () =>
        {
            await using FFmpegEncoder encoder = FFmpegEncoder.Video(file, 33, 33, 25); // yuv420p needs even sizes
            await encoder.WriteAsync(new byte[33 * 33], Cancel);
            await encoder.FinishAsync(Cancel);
        });
        Assert.Equal(PhantomFailure.EncoderFailed, failure.Reason);
        Assert.Contains("odd.mp4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("not divisible by 2", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public async Task An_abandoned_clip_leaves_no_file()
    {
        string file = Path.Combine(_directory, "half.mp4");
        await using (FFmpegEncoder encoder = FFmpegEncoder.Video(file, 64, 64, 25)) await encoder.WriteAsync(
            new byte[64 * 64], Cancel);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void The_committed_walk_is_small_and_its_sidecar_covers_every_frame()
    {
        string clip = Repository.File("models/phantom/phantom-walk.mp4");
        PhantomSidecar sidecar = JsonSerializer.Deserialize(
            File.ReadAllBytes(Path.ChangeExtension(clip, ".json")), PhantomJson.Default.PhantomSidecar)!;
        Assert.InRange(new FileInfo(clip).Length, 1, 2_000_000);
        Assert.Equal(Appearance.Grades.Select(appearance => appearance.Grade), sidecar.Steps.Select(step => step.Grade));
        Assert.Equal(0, sidecar.Steps[0].From);
        Assert.All(sidecar.Steps.Zip(sidecar.Steps.Skip(1)), pair => Assert.Equal(pair.First.To + 1, pair.Second.From));
        Assert.Equal(sidecar.Frames, sidecar.Steps[^1].To + 1);
        Assert.Equal(sidecar.Frames, Decode(clip, 400, 320));
    }

    [Fact]
    public void The_committed_walk_matches_its_seed()
    {
        // A decoded frame differs from the drawn one by the losses of the codec, which are much smaller than the difference of
        // two scenes.
        PhantomClip clip = PhantomWalk.Clip(seed: 1);
        var drawn = new byte[400 * 320];
        Decode(Repository.File("models/phantom/phantom-walk.mp4"), 400, 320, frame =>
        {
            if (frame.Number % 50 != 10) return;
            clip.Draw((int)frame.Number, drawn);
            double difference = Enumerable.Range(0, 320)
                .Average(y => Enumerable.Range(0, 400).Average(x => Math.Abs(drawn[y * 400 + x] - frame.Row(y)[x])));
            Assert.InRange(difference, 0, 12);
        });
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static int Decode(string file, int width, int height, Action<CapturedFrame>? look = null)
    {
        var ledger = new FrameLedger();
        using var feed =
            new VideoFeed(new CaptureOptions { Source = file }, ledger, TimeProvider.System, NullLogger<VideoFeed>.Instance);
        feed.Open();
        Assert.Equal((width, height), (feed.Description!.FrameSize.Width, feed.Description.FrameSize.Height));
        feed.Start();
        int frames = 0;
        while (feed.Take(TimeSpan.FromSeconds(20), out CapturedFrame? frame) is TakeResult.Frame)
        {
            using (frame)
            {
                look?.Invoke(frame!);
                ledger.Completed(Contract.FrameState.Live);
                frames++;
            }
        }

        Assert.Null(feed.End.Error);
        return frames;
    }

    private sealed class Silent : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }
}
