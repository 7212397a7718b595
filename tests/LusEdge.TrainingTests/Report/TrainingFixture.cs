using System.Globalization;
using System.Text;
using LusEdge.Training;
using LusEdge.Training.Evaluate;

namespace LusEdge.TrainingTests.Report;

/// <summary>The files of a calibrated training on a made-up index of two sets: 16 clips of 8 patients, 4 frames each.</summary>
internal sealed class TrainingFixture : IDisposable
{
    private const int Clips = 16, Frames = 4;

    public TrainingFixture()
    {
        var index = new StringBuilder("file,dataset,patient,fold,severity,frames\n");
        for (int i = 0; i < Clips; i++)
        {
            index.Append(
                CultureInfo.InvariantCulture, $"{i}.mp4,{(i < 8 ? "one" : "two")},p{i / 2},{1 + i / 2 % 4},{i % 4},100\n");
        }

        File.WriteAllText(Index, index.ToString());
        File.WriteAllText(
            Trials, "trial,round,loss,learning_rate,accuracy\n1,1,sord,0.00012345678,0.5\n2,1,\"cross, plain\",0.001,0.4375\n");
        Write("patients", leaky: false);
        Write("frames", leaky: true);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("lusedge-report-").FullName;

    public string Index => Path.Combine(Root, "index.csv");

    public string Trials => Path.Combine(Root, "trials.csv");

    public string Training => Path.Combine(Root, "patients");

    public string Leaky => Path.Combine(Root, "frames");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Write(string name, bool leaky)
    {
        string directory = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        File.WriteAllText(Path.Combine(directory, "experiment.json"),
            """{ "model": { "depth": 18 }, "augment": [{ "name": "flip", "p": 0.5 }], "note": "a < b & c" }""");
        File.WriteAllText(Path.Combine(directory, "record.json"), $$"""
            {
              "data_sha256": "0123abcd", "index": "{{Index}}", "packages": { "TorchSharp": "0.107.0" },
              "seed": 7, "threads": 2, "elapsed": "00:10:00", "clips": 16,
              "demonstration_only": {{(leaky ? "true" : "false")}},
              "leaky": {{(leaky ? "true" : "false")}},
              "scheme": { "id": "iclus-4", "classes": ["0", "1", "2", "3"], "severities": [0, 1, 2, 3] }
            }
            """);
        File.WriteAllText(Path.Combine(directory, "calibration.json"), """{ "temperature": 1.25, "gate": { "energy": -3.5 } }""");
        File.WriteAllText(Path.Combine(directory, "history.csv"), """
            fold,epoch,step,train_loss,validation_loss,validation_qwk
            1,1,10,1.4,1.3,0.1
            1,2,20,1.2,1.25,0.2
            all,1,10,1.4,,
            all,2,20,1.1,,
            """);
        var random = new SeededRandom(3);
        var rows = new List<FrameGrade>();
        for (int i = 0; i < Clips; i++)
        {
            for (int frame = 0; frame < Frames; frame++)
            {
                float[] p = [.. Enumerable.Range(0, 4).Select(_ => random.Between(0.1f, 1))];
                if (leaky) p[i % 4] = 9;
                rows.Add(new FrameGrade(
                    $"{i}.mp4", leaky ? 1 + frame : 1 + i / 2 % 4, frame * 25, [.. p.Select(share => share / p.Sum())]));
            }
        }

        File.WriteAllText(Path.Combine(directory, FrameGrade.FileName), FrameGrade.ToCsv(rows, leaky));
        File.WriteAllText(Path.Combine(directory, "logits.csv"), "file,fold,frame,z0,z1,z2,z3\n");
    }
}
