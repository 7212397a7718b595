using LusEdge.Training.Networks;
using LusEdge.TrainingTests.Torch;

namespace LusEdge.TrainingTests.Networks;

[Collection(TorchTests.Name)]
public sealed class ResidualNetworkTests
{
    [Fact]
    public void ResNet_18_has_torchvisions_names_and_shapes()
    {
        using var network = new ResidualNetwork(classes: 7);
        Dictionary<string, long[]> shapes = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        Assert.Equal([64, 1, 7, 7], shapes["conv1.weight"]);
        Assert.Equal([128, 64, 1, 1], shapes["layer2.0.downsample.0.weight"]);
        Assert.Equal([512], shapes["layer4.1.bn2.running_var"]);
        Assert.Equal([7, 512], shapes["fc.weight"]);

        // torchvision's count for three channels and 1000 classes, minus the savings by a gray stem and seven classes.
        Assert.Equal(11_689_512 - 2 * 64 * 49 - 993 * 513, network.parameters().Sum(parameter => parameter.numel()));
    }
}
