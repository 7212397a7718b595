using LusEdge.Infer;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Finetune;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;
using LusEdge.Training.Phantom;
using TorchSharp;
using static TorchSharp.torch;

namespace LusEdge.TrainingTests.Networks;

/// <summary>Small networks and descriptions, for tests of model files only.</summary>
internal static class TinyNetworks
{
    /// <summary>
    /// A residual network for the phantom's grades, in evaluation mode. After a few training steps, it has statistics that a
    /// wrong folding would reveal.
    /// </summary>
    public static ResidualNetwork Residual(int width, int size, int depth, int steps)
    {
        int classes = Appearance.Grades.Count, area = size * size;
        manual_seed(1);
        var network = new ResidualNetwork(classes, width, depth);
        using DisposeScope scope = NewDisposeScope();
        using var optimizer = new AdamW(network.parameters(), weightDecay: 0.01);
        using Tensor targets = tensor(OrdinalTargets.Table(classes), [classes, classes]);
        var renderer = new PhantomRenderer();
        network.train();
        for (int step = 0; step < steps; step++)
        {
            using DisposeScope one = NewDisposeScope();
            var levels = new float[classes * area];
            for (int grade = 0; grade < classes; grade++)
            {
                var picture = new byte[128 * 100];
                var scene = new PhantomScene(Appearance.Grades[grade], (ulong)(step * classes + grade));
                ScanConverter.Convex(128, 100, 0.55f, 0.3f)
                    .Convert(renderer.Render(scene, 0, new SeededRandom((ulong)step)), picture);
                Span<float> target = levels.AsSpan(grade * area, area);
                Stretch.Resample(picture, 128, (0, 0, 128, 100), mirrored: false, target, size);
                Normalisation.Apply(target);
            }

            optimizer.Clear();
            Tensor loss = -(
                nn.functional.log_softmax(network.forward(tensor(levels, [classes, 1, size, size])), 1) * targets).sum(1).mean();
            loss.backward();
            optimizer.Step(1e-3);
        }

        network.eval();
        return network;
    }

    /// <summary>The description of a network for the phantom's grades.</summary>
    public static ModelDescription DescribeResidual(int size, float temperature) => Describe(
        "sanmatteo-7",
        [.. Appearance.Grades.Select(appearance => appearance.Grade)],
        [.. Appearance.Grades.Select(appearance => appearance.Grade[0] - '0')],
        new ModelPreprocessing("gray", "stretch-half-pixel-bilinear", Normalisation.Mean, Normalisation.Std),
        size,
        temperature);

    /// <summary>The description of a head with four grades.</summary>
    public static ModelDescription DescribeBottleneck(int size, float temperature) =>
        Describe("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3], BottleneckGraph.Preprocessing, size, temperature);

    private static ModelDescription Describe(
        string scheme, IReadOnlyList<string> classes, IReadOnlyList<int> severities, ModelPreprocessing preprocessing, int size,
        float temperature)
    {
        return new ModelDescription
        {
            V = 1,
            Scheme = scheme,
            Classes = classes,
            Severities = severities,
            Input = new ModelInput("frame", size, size),
            Preprocessing = preprocessing,
            Precision = "fp32",
            Temperature = temperature,
            Gate = new ModelGate(3, 0.3f),
            Provenance = new ModelProvenance { DemonstrationOnly = true, TrainedOn = TrainedGraph.Synthetic },
        };
    }
}
