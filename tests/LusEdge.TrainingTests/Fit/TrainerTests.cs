using LusEdge.Training.Fit;

namespace LusEdge.TrainingTests.Fit;

[Collection(TorchTests.Name)]
public sealed class TrainerTests : IDisposable
{
    private static readonly FitSettings Tiny = new() { Width = 4, Size = 32, Batch = 7, Images = 7 * 4, Threads = 2 };

    private readonly string _directory = Directory.CreateTempSubdirectory("lusedge-fit-").FullName;

    [Fact]
    public void The_same_settings_give_the_same_weights_to_the_last_bit_and_another_seed_others()
    {
        byte[] first = Train(Tiny), again = Train(Tiny), other = Train(Tiny with { Seed = 2 });
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void A_resumed_training_ends_with_the_weights_of_one_that_was_never_stopped()
    {
        using (var first = new Trainer(Tiny))
        {
            first.Advance();
            first.Advance();
            first.Save(_directory);
        }

        using var second = new Trainer(Tiny);
        second.Resume(_directory, step: 2);
        second.Advance();
        second.Advance();
        Assert.Equal(Train(Tiny), Weights(second));
    }

    [Fact]
    public void The_loss_falls()
    {
        using var trainer = new Trainer(Tiny with { Width = 8, Images = 7 * 40 });
        float[] losses = [.. Enumerable.Range(0, 40).Select(_ => trainer.Advance())];
        Assert.True(losses[^5..].Average() < 0.8 * losses[..5].Average(), string.Join(' ', losses));
    }

    [Fact]
    public void ResNet_18_has_torchvisions_names_and_shapes()
    {
        using var network = new ResidualNetwork(classes: 7);
        Dictionary<string, long[]> shapes = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        Assert.Equal([64, 1, 7, 7], shapes["conv1.weight"]);
        Assert.Equal([128, 64, 1, 1], shapes["layer2.0.downsample.0.weight"]);
        Assert.Equal([512], shapes["layer4.1.bn2.running_var"]);
        Assert.Equal([7, 512], shapes["fc.weight"]);

        // torchvision's count for three channels and 1000 classes, less what a gray stem and seven classes save.
        Assert.Equal(11_689_512 - 2 * 64 * 49 - 993 * 513, network.parameters().Sum(parameter => parameter.numel()));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private byte[] Train(FitSettings settings)
    {
        using var trainer = new Trainer(settings);
        while (trainer.Step < settings.Steps) trainer.Advance();
        return Weights(trainer);
    }

    private byte[] Weights(Trainer trainer)
    {
        trainer.Save(_directory);
        return File.ReadAllBytes(Path.Combine(_directory, Trainer.WeightsFile));
    }
}
