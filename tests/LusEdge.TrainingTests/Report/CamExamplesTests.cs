using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Report;
using SkiaSharp;

namespace LusEdge.TrainingTests.Report;

public sealed class CamExamplesTests : IDisposable, IProgress<WorkProgress>
{
    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-cam-").FullName;

    [Fact]
    public void Predicted_frames_are_drawn_with_the_models_map_over_them()
    {
        // The phantom's walk ends with grade 3. The frames are in the middle of four equal parts, as the trainer reads them.
        LabelledClip[] clips = [Clip("walk.mp4", "3", 3)];
        File.Copy(Repository.File("models/phantom/phantom-walk.mp4"), Path.Combine(_directory, "walk.mp4"));
        IReadOnlyList<Picture> drawn = Draw(clips, "models/lus-severity-7", [109, 328, 546, 765]);
        Picture picture = Assert.Single(drawn);
        Assert.Contains("one, frame 546 of walk.mp4. Experts: 3. Held out: 0 (70 %), wrong. Map: of grade ", picture.Caption,
            StringComparison.Ordinal);

        using SKBitmap png = SKBitmap.Decode(picture.Png);
        Assert.Equal(360, png.Width);
        SKColor[] pixels = png.Pixels;
        Assert.InRange(pixels.Count(p => p.Red - p.Blue > 30), pixels.Length / 50, pixels.Length / 2);
        Assert.InRange(pixels.Count(p => p.Red > 60 && Math.Abs(p.Red - p.Blue) < 8), pixels.Length / 50, pixels.Length);
    }

    [Fact]
    public void A_model_of_another_scale_and_unknown_frames_are_refused()
    {
        LabelledClip[] clips = [Clip("walk.mp4", "3", 3)];
        File.Copy(Repository.File("models/phantom/phantom-walk.mp4"), Path.Combine(_directory, "walk.mp4"));
        var refused = Assert.Throws<TrainingException>(() => Draw(clips, "models/lus-severity-4", [109]));
        Assert.Contains(
            "it grades on iclus-4, but the predictions are on sanmatteo-7", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<TrainingException>(() => Draw(clips, "models/lus-severity-7", [1, 2, 3]));
        Assert.Contains("no clip has a frame with a prediction", refused.Message, StringComparison.Ordinal);
    }

    void IProgress<WorkProgress>.Report(WorkProgress value)
    {
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static LabelledClip Clip(string file, string grade, int severity) =>
        new(2, file, "one", "p", 1, severity, 875, default, grade);

    private IReadOnlyList<Picture> Draw(LabelledClip[] clips, string model, int[] frames)
    {
        var predictions = new Predictions(
            Schemes.Load("sanmatteo-7"), Leaky: false,
            [.. frames.Select(frame => new FrameGrade("walk.mp4", 1, frame, [0.7f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f]))]);
        return new CamExamples(_directory, clips, predictions, Repository.File(model))
            .Draw(4, this, TestContext.Current.CancellationToken);
    }
}
