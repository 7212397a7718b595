using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Evaluate;
using LusEdge.Training.Experiments;
using LusEdge.Training.Frozen;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Frozen;

[Collection(TorchTests.Name)]
public sealed class HeadTrainerTests
{
    private const int Inputs = 40;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_head_learns_a_signal_in_the_features(bool ordered)
    {
        LinearHead head =
            Train(Frames(clips: 120, signal: 1), new HeadSettings { Bands = 1, Ordered = ordered, Penalty = 0.003 });
        BandedFrame[] others = Frames(clips: 80, signal: 1, seed: 2);
        Assert.True(Kappa(head, others) > 0.8, $"kappa {Kappa(head, others):0.00}");
    }

    [Fact]
    public void A_head_finds_no_skill_on_other_patients_without_a_signal()
    {
        // Labels and features are unrelated, but all frames of a patient look alike: a leak would show.
        BandedFrame[] frames = Frames(clips: 120, signal: 0), held = [.. frames.Where(frame => frame.Clip.Fold == 1)];
        LinearHead head = Train([.. frames.Where(frame => frame.Clip.Fold != 1)], new HeadSettings { Bands = 1 });
        LinearHead all = Train(frames, new HeadSettings { Bands = 1 });
        Assert.InRange(Kappa(head, held), -0.3, 0.3);

        // This head has seen the same clips.
        Assert.True(Kappa(all, held) > 0.4, $"kappa {Kappa(all, held):0.00}");
    }

    [Fact]
    public void The_same_frames_give_the_same_head()
    {
        BandedFrame[] frames = Frames(clips: 30, signal: 1);
        LinearHead first = Train(frames, new HeadSettings { Bands = 1 }), second = Train(frames, new HeadSettings { Bands = 1 });
        Assert.Equal(first.Weight, second.Weight);
        Assert.Equal(first.Bias, second.Bias);
    }

    private static LinearHead Train(BandedFrame[] frames, HeadSettings settings) =>
        HeadTrainer.Train(frames, clip => clip.Severity, OrdinalTargets.Table(ClipIndex.Grades), settings);

    private static double Kappa(LinearHead head, BandedFrame[] frames) => Evaluation.Of(
        [.. frames.Select(frame => TemperatureScaling.Softmax(head.Logits(frame.Values), 1))],
        [.. frames.Select(frame => frame.Clip.Severity)]).QuadraticKappa;

    /// <summary>
    /// Two similar frames per clip. The first input depends on the grade as strongly as given; the others depend on the patient.
    /// </summary>
    private static BandedFrame[] Frames(int clips, float signal, ulong seed = 1)
    {
        var random = new SeededRandom(seed);
        var frames = new List<BandedFrame>();
        for (int i = 0; i < clips; i++)
        {
            int patient = i / 2, grade = random.Integer(0, 3);
            var clip = new LabelledClip(i + 2, $"{i}.mp4", "one", $"p{patient}", 1 + patient % 4, grade, 10, default);
            float[] looks = [.. Enumerable.Range(0, Inputs).Select(_ => random.Normal())];
            looks[0] = 3 * signal * (grade - 1.5f) + random.Normal();
            frames.AddRange(Enumerable.Range(0, 2)
                .Select(number => new BandedFrame(clip, number, [.. looks.Select(look => look + 0.05f * random.Normal())])));
        }

        return [.. frames];
    }
}
