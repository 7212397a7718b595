using System.Globalization;
using System.Text;
using LusEdge.Training;
using LusEdge.Training.Clips;
using LusEdge.Training.Experiments;
using LusEdge.Training.Networks;
using LusEdge.Training.Onnx;

namespace LusEdge.TrainingTests.Export;

/// <summary>
/// The directory of a finished training with a narrow random network, and its clips, which are copies of the phantom's walk.
/// </summary>
internal static class TinyTraining
{
    public const int Clips = 8, FramesPerClip = 3;

    public static readonly FitRecord Record = new(
        new string('a', 64),
        "",
        new Dictionary<string, string> { ["TorchSharp"] = "0" },
        Seed: 1,
        Threads: 1,
        TimeSpan.FromSeconds(1),
        Leaky: false,
        DemonstrationOnly: true,
        Clips,
        new SchemeFile("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]));

    /// <summary>An experiment that fine-tunes a narrow ResNet-18.</summary>
    public static readonly Experiment Residual = new()
    {
        Method = Experiment.FinetuneMethod,
        Size = 64,
        Network = new NetworkSettings { Architecture = NetworkSettings.ResNet18, Width = 16 },
    };

    /// <summary>Writes the clips and the training.</summary>
    /// <param name="directory">The directory for the clips; the training is in its subdirectory <c>training</c>.</param>
    /// <param name="experiment">The experiment; only its network and method matter.</param>
    /// <param name="leaky">Whether the split was by frame.</param>
    /// <returns>The training's directory.</returns>
    public static string Write(string directory, Experiment experiment, bool leaky = false)
    {
        string index = Path.Combine(directory, "index.csv"), training = Path.Combine(directory, "training"),
            all = Path.Combine(training, TrainedModel.AllFolder);
        var rows = new StringBuilder("file,dataset,patient,fold,severity,frames,licence\n");
        var logits = new List<FrameLogits>();
        var random = new SeededRandom(8);
        for (int i = 0; i < Clips; i++)
        {
            File.Copy(Repository.File("models/phantom/phantom-walk.mp4"), Path.Combine(directory, $"{i}.mp4"));
            rows.Append(CultureInfo.InvariantCulture, $"{i}.mp4,phantom,p{i},{1 + i % 2},{i / 2},{100 * (i + 1)},CC0\n");
            for (int frame = 0; frame < FramesPerClip; frame++)
            {
                int fold = leaky ? 1 + frame % 2 : 1 + i % 2;
                float[] z = [.. Enumerable.Range(0, 4).Select(grade => -2 * MathF.Abs(grade - i / 2) + 2 * random.Normal())];
                logits.Add(new FrameLogits($"{i}.mp4", fold, frame, z));
            }
        }

        File.WriteAllText(index, rows.ToString());
        string hash = TrainingClips.HashOf(index, ClipIndex.Load(index).Select(clip => TrainingClips.HashOf(index, clip)));
        Directory.CreateDirectory(all);
        experiment = experiment with { Index = index, Frames = FramesPerClip };
        File.WriteAllText(Path.Combine(training, Experiment.FileName), experiment.ToJson());
        File.WriteAllText(Path.Combine(training, FitRecord.FileName),
            (Record with { Index = index, Leaky = leaky, DataSha256 = hash }).ToJson());
        File.WriteAllText(Path.Combine(training, FrameLogits.FileName), FrameLogits.ToCsv(logits, leaky));
        TorchSharp.torch.manual_seed(2);
        if (experiment.Method == Experiment.FrozenMethod)
        {
            int channels =
                experiment.Frozen.Stages.Sum(stage => experiment.Network.Width * BottleneckBlock.Expansion << stage - 1);
            int profile = experiment.Frozen.Profile ? RowProfile.RowsOf(experiment.Size) * RowProfile.Channels : 0;
            float[] weights =
                [.. Enumerable.Range(0, 4 * (experiment.Frozen.Bands * channels + profile)).Select(_ => 0.05f * random.Normal())];
            new LinearHead(experiment.Frozen.Bands, weights, [0.1f, 0, -0.2f, 0]).Save(Path.Combine(all, LinearHead.FileName));
        }
        else
        {
            using GradingNetwork network = GradingNetwork.Create(experiment.Network, classes: 4);
            network.Save(Path.Combine(all, GradingNetwork.FileName));
        }

        return training;
    }
}
