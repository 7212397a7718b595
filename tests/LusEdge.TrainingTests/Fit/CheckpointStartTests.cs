using LusEdge.Training;
using LusEdge.Training.Experiments;
using LusEdge.Training.Fit;
using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Phantom;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Fit;

/// <summary>
/// Starting from the weights of an earlier training, which must be of the same network and must not have seen held-out patients.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class CheckpointStartTests(PhantomClips phantom) : FitTest(phantom)
{
    [Fact]
    public void Missing_weights_leave_the_directory_free_for_a_corrected_experiment()
    {
        Experiment wrong =
            Frozen with { Network = new NetworkSettings { Start = NetworkSettings.Imagenet, Weights = In("nowhere.tgz") } };
        Assert.Equal(TrainingFailure.NotFound, Assert.Throws<TrainingException>(() => Run(wrong, In("training"))).Reason);
        Run(Frozen, In("training"));
    }

    [Fact]
    public void A_checkpoint_of_another_architecture_is_refused_by_name()
    {
        Run(Finetune, In("training"));
        Experiment other = Finetune with
        {
            Network = new NetworkSettings
            {
                Architecture = NetworkSettings.ResNet34,
                Width = 16,
                Start = NetworkSettings.Checkpoint,
                Weights = In("training"),
            },
        };
        var refused = Assert.Throws<TrainingException>(() => Run(other, In("other")));
        Assert.Contains("not the weights of a resnet-34 of width 16 with 7 classes", refused.Message, StringComparison.Ordinal);
        Run(Finetune with { Network = other.Network with { Architecture = NetworkSettings.ResNet18 } }, In("same"));
    }

    [Fact]
    public void A_fold_continues_from_weights_that_have_not_seen_its_patients()
    {
        Experiment first = Finetune with { Finetune = Finetune.Finetune with { Epochs = 1 } };
        Run(first, In("start"));
        Experiment second = first with
        {
            Network = first.Network with { Start = NetworkSettings.Checkpoint, Weights = In("start") },

            // Far too low to move a weight: the result is the start weights, except for the running statistics.
            Finetune = first.Finetune with { LearningRate = 1e-9, WeightDecay = 0 },
        };
        Run(second, In("second"));
        foreach (string part in (string[])["fold-1", "fold-2", "all"])
            Assert.Equal(Classifier("start", part), Classifier("second", part), (a, b) => MathF.Abs(a - b) < 1e-6f);
        Assert.NotEqual(Classifier("start", "fold-1"), Classifier("start", "all"));

        float[] Classifier(string training, string part)
        {
            using GradingNetwork network = GradingNetwork.Create(first.Network, 7);
            network.Load(GradingNetwork.WeightsOf(In(training), part), first.Network);
            return Numbers(network.Module)["fc.weight"];
        }
    }

    [Fact]
    public void A_checkpoint_that_has_seen_held_out_patients_needs_the_leaky_option()
    {
        Experiment first = Finetune with { Network = Frozen.Network, Finetune = new FinetuneSettings { Epochs = 1, Batch = 14 } };
        Run(first, In("start"));
        string index = Path.Combine(Phantom.Directory, "relabelled.csv");
        File.WriteAllText(index, File.ReadAllText(Phantom.Index) + "\n");
        NetworkSettings checkpoint = first.Network with { Start = NetworkSettings.Checkpoint, Weights = In("start") };
        foreach (Experiment other in (Experiment[])[
            first with { Index = index, Network = checkpoint }, Frozen with { Network = checkpoint }])
        {
            var refused = Assert.Throws<TrainingException>(() => Run(other, In("other")));
            Assert.Equal(TrainingFailure.Leaky, refused.Reason);
            Assert.Contains($"{In("start")} was trained on patient ", refused.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(In("other")));
        }

        new FitRun(Frozen with { Network = checkpoint }, In("leaky"), leaky: true, TimeProvider.System).Run(null, Silent, Cancel);

        // A training on other clips in between does not hide it.
        string others = Path.Combine(Phantom.Directory, "others.csv");
        File.WriteAllText(others, File.ReadAllText(Phantom.Index).Replace(",phantom,", ",elsewhere,", StringComparison.Ordinal));
        Run(first with { Index = others, Network = checkpoint }, In("between"));
        Assert.Equal(TrainingFailure.Leaky, Assert.Throws<TrainingException>(
            () => Run(Frozen with { Network = checkpoint with { Weights = In("between") } }, In("other"))).Reason);
    }

    [Fact]
    public void A_head_on_a_checkpoint_of_another_architecture_is_refused()
    {
        Run(Finetune with { Finetune = new FinetuneSettings { Epochs = 1, Batch = 14 } }, In("start"));
        Experiment frozen =
            Frozen with { Network = Frozen.Network with { Start = NetworkSettings.Checkpoint, Weights = In("start") } };
        var refused = Assert.Throws<TrainingException>(() => TrainedModel.LoadBackbone(frozen));
        Assert.Contains($"{In("start/all/weights.bin")}: not the weights of a resnet-50 of width 16", refused.Message,
            StringComparison.Ordinal);
    }
}
