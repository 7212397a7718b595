using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Finetune;

namespace LusEdge.TrainingTests.Finetune;

public sealed class ValidationSplitTests
{
    private static readonly Experiment Half = new() { Finetune = new FinetuneSettings { Patience = 1, Validation = 0.5 } };

    [Fact]
    public void The_last_patient_with_a_grade_is_always_trained_on()
    {
        // Grade 2 has only one patient, who also has a clip of grade 0.
        Sample[] samples = [Of("a", 0), Of("b", 0), Of("c", 1), Of("d", 1), Of("e", 2), Of("e", 0)];
        var aside = new HashSet<string>();
        for (int seed = 0; seed < 50; seed++)
        {
            (IReadOnlyList<Sample> training, IReadOnlyList<Sample> validation) =
                ValidationSplit.Of(samples, Half with { Seed = seed });
            Assert.Equal([0, 1, 2], training.Select(sample => sample.Class).Distinct().Order());
            Assert.NotEmpty(validation);
            Assert.Empty(
                training.Select(sample => sample.Clip.Patient).Intersect(validation.Select(sample => sample.Clip.Patient)));
            aside.UnionWith(validation.Select(sample => sample.Clip.Patient));
        }

        Assert.Equal(["a", "b", "c", "d"], aside.Order());
    }

    [Fact]
    public void A_split_without_enough_patients_is_refused()
    {
        var refused = Assert.Throws<TrainingException>(() => ValidationSplit.Of([Of("a", 0), Of("b", 1)], Half));
        Assert.Contains("each training patient is the only one with some grade", refused.Message, StringComparison.Ordinal);
    }

    private static Sample Of(string patient, int grade) =>
        new(new LabelledClip(2, $"{patient}-{grade}.mp4", "set", patient, 1, grade, 8, default), grade, 0, 0, 1);
}
