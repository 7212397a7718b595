using LusEdge.Infer;
using LusEdge.Training.Onnx;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.ML.OnnxRuntime;

namespace LusEdge.Tests.Infer;

public sealed class SeverityModelTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly FakeLogger<SeverityModel> _log = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    public void Four_class_and_seven_class_models_run_without_a_code_change(int classes)
    {
        using SeverityModel model = Load(classes == 4 ? TinyModel.Four : TinyModel.Seven);

        Assert.Equal(classes, model.InUse.Scheme.Grades.Count);
        for (int grade = 0; grade < classes; grade++)
        {
            ReadOnlySpan<float> p = Run(model, 40, 30, TinyModel.GrayOf(grade, classes));
            Assert.Equal(classes, p.Length);
            Assert.Equal(grade, p.ToArray().Index().MaxBy(i => i.Item).Index);
            Assert.Equal(1, p.ToArray().Sum(), 5);
        }
    }

    [Fact]
    public void The_file_itself_resizes_pictures_of_any_size()
    {
        using SeverityModel model = Load(TinyModel.Seven);
        float[] small = Run(model, 8, 20, 100).ToArray();

        Assert.Equal(small, Run(model, 641, 361, 100).ToArray());
        Assert.Equal(small, Run(model, 8, 20, 100).ToArray());
    }

    [Fact]
    public void Probabilities_are_those_of_a_plain_ONNX_Runtime_session()
    {
        using SeverityModel model = Load(TinyModel.Seven);
        byte[] picture = new byte[64 * 48];
        new Random(7).NextBytes(picture);
        picture.CopyTo(model.InputFor(64, 48));
        float[] ours = model.Run().ToArray();

        using var session = new InferenceSession(TinyModel.Bytes(TinyModel.Seven));
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(picture, [1, 1, 48, 64]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["frame"], [input], ["probabilities"]);
        Assert.Equal(outputs[0].GetTensorDataAsSpan<float>().ToArray(), ours);
    }

    [Fact]
    public void Reference_provider_and_precision_say_what_really_ran()
    {
        using SeverityModel model = Load(TinyModel.Seven, ProviderChoice.Auto);
        string hash = ModelManifest.HashOf(TinyModel.Bytes(TinyModel.Seven));

        Assert.Equal($"tiny@1:{hash[..8]}", model.InUse.Reference);
        Assert.Equal("auto", model.InUse.RequestedProvider);
        Assert.Equal("fp32", model.InUse.Precision);
        Assert.True(model.InUse.DemonstrationOnly);
        Assert.Contains(model.InUse.Provider, (string[])["cpu", "cuda", "tensorrt"]);
    }

    [Fact]
    public void Auto_reports_why_each_faster_provider_was_refused()
    {
        using SeverityModel model = Load(TinyModel.Seven, ProviderChoice.Auto);
        Assert.SkipUnless(model.InUse.Provider == "cpu", "a GPU works here: nothing was refused");

        Assert.Equal(["cuda", "tensorrt"], model.InUse.Refused.Keys.Order());
        Assert.All(model.InUse.Refused.Values, reason => Assert.Contains("provider", reason, StringComparison.OrdinalIgnoreCase));
        // A CPU build never promised a GPU, so this is not a warning.
        Assert.Equal(2, _log.Collector.GetSnapshot().Count(e => e is { Id.Id: 3001, Level: LogLevel.Information }));
    }

    [Fact]
    public void Loading_leaves_no_profile_behind()
    {
        string[] before = Directory.GetFiles(Environment.CurrentDirectory);
        using SeverityModel model = Load(TinyModel.Seven, ProviderChoice.Cpu);
        Assert.Equal(before.Order(), Directory.GetFiles(Environment.CurrentDirectory).Order());
    }

    [Theory]
    [InlineData(ProviderChoice.Cuda)]
    [InlineData(ProviderChoice.TensorRT)]
    public void A_provider_requested_by_name_that_does_not_work_is_fatal(ProviderChoice provider)
    {
        using (SeverityModel auto = Load(TinyModel.Seven, ProviderChoice.Auto))
        {
            Assert.SkipUnless(auto.InUse.Provider == "cpu", "a GPU works here");
        }

        ModelException e = Refusal(() => Load(TinyModel.Seven, provider));
        Assert.Equal(ModelFailure.ProviderUnavailable, e.Reason);
        Assert.Contains("set Infer:Provider to auto", e.Message);
    }

    [Fact]
    public void A_missing_directory_manifest_or_model_is_reported_with_its_path()
    {
        ModelException missing = Refusal(() => Load(_temp["none"]));
        Assert.Equal(ModelFailure.NotFound, missing.Reason);
        Assert.Contains(_temp["none"], missing.Message);

        TinyModel.Write(_temp["half"], TinyModel.Seven);
        File.Delete(Path.Combine(_temp["half"], SeverityModel.FileName));
        ModelException half = Refusal(() => Load(_temp["half"]));
        Assert.Equal(ModelFailure.NotFound, half.Reason);
        Assert.Contains(SeverityModel.FileName, half.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":"tiny","version":1,"scheme":"sanmatteo-7","sha256":"short"}""")]
    public void An_invalid_manifest_is_refused(string text)
    {
        TinyModel.Write(_temp["model"], TinyModel.Seven);
        File.WriteAllText(Path.Combine(_temp["model"], ModelManifest.FileName), text);
        Assert.Equal(ModelFailure.BadManifest, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_whose_hash_differs_from_its_manifest_is_refused(bool empty)
    {
        TinyModel.Write(_temp["model"], TinyModel.Seven);
        string file = Path.Combine(_temp["model"], SeverityModel.FileName);
        byte[] content = empty ? [] : File.ReadAllBytes(file);
        if (!empty) content[^1] ^= 1;
        File.WriteAllBytes(file, content);

        ModelException e = Refusal(() => Load(_temp["model"]));
        Assert.Equal(ModelFailure.HashMismatch, e.Reason);
        Assert.Equal(empty, e.Message.Contains("empty", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Garbage_with_the_right_hash_is_refused(int length)
    {
        byte[] garbage = new byte[length];
        new Random(1).NextBytes(garbage);
        TinyModel.Write(_temp["model"], "sanmatteo-7", garbage);
        Assert.Equal(ModelFailure.BadFile, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Fact]
    public void A_network_without_metadata_is_refused()
    {
        var graph = new OnnxGraph("plain");
        SeverityGraph.Classify(graph, SeverityGraph.Preprocess(graph, 8, 8, 0, 1), [1, 2], [0, 0], 1);
        TinyModel.Write(_temp["model"], "sanmatteo-7", graph.ToBytes());

        ModelException e = Refusal(() => Load(_temp["model"]));
        Assert.Equal(ModelFailure.BadMetadata, e.Reason);
        Assert.Contains("no metadata entry", e.Message);
    }

    [Fact]
    public void A_scheme_that_differs_from_the_manifest_is_refused()
    {
        TinyModel.Write(_temp["model"], "iclus-4", TinyModel.Bytes(TinyModel.Seven));
        Assert.Equal(ModelFailure.BadMetadata, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Fact]
    public void Contradictory_metadata_is_refused_with_every_error()
    {
        ModelDescription wrong = TinyModel.Seven with { Severities = [0, 0, 1, 9], Temperature = 0, Precision = "fp8" };
        TinyModel.Write(_temp["model"], wrong.Scheme, TinyModel.Bytes(wrong with { Temperature = 1 }, outputs: 7));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.BadMetadata, e.Reason);
        Assert.Contains("4 severities for 7 classes", e.Message);
        Assert.Contains("outside 0-3", e.Message);
        Assert.Contains("fp8", e.Message);
    }

    [Fact]
    public void An_output_whose_columns_do_not_match_the_classes_is_refused()
    {
        TinyModel.Write(_temp["model"], "sanmatteo-7", TinyModel.Bytes(TinyModel.Seven, outputs: 4));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("[1,7]", e.Message);
        Assert.Contains("[1,4]", e.Message);
    }

    [Fact]
    public void An_input_with_the_wrong_name_is_refused()
    {
        ModelDescription renamed = TinyModel.Seven with { Input = new ModelInput("picture", 16, 16) };
        TinyModel.Write(_temp["model"], renamed);
        Assert.Equal(ModelFailure.WrongShape, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Fact]
    public void A_model_whose_outputs_are_not_probabilities_is_refused_at_warm_up()
    {
        var graph = new OnnxGraph("nan");
        SeverityGraph.Classify(graph, SeverityGraph.Preprocess(graph, 8, 8, 0, 1), [1, 2, 3, float.NaN], [0, 0, 0, 0], 1);
        TinyModel.Write(_temp["model"], "iclus-4", graph.ToBytes((ModelDescription.MetadataKey, TinyModel.Four.ToJson())));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.BadFile, e.Reason);
        Assert.Contains("probabilities", e.Message);
    }

    [Fact]
    public void A_run_without_probabilities_returns_empty_and_is_logged_once()
    {
        // Finite for the gray warm-up picture, but out of float's range for a white one.
        var graph = new OnnxGraph("overflow");
        SeverityGraph.Classify(graph, SeverityGraph.Preprocess(graph, 8, 8, mean: 0, std: 1), [3e36f, 0], [3.38e38f, 0], 1);
        ModelDescription two = TinyModel.Four with { Classes = ["0", "1"], Severities = [0, 1] };
        TinyModel.Write(_temp["model"], two.Scheme, graph.ToBytes((ModelDescription.MetadataKey, two.ToJson())));
        using SeverityModel model = Load(_temp["model"]);

        Assert.True(Run(model, 8, 8, 255).IsEmpty);
        Assert.True(Run(model, 8, 8, 255).IsEmpty);
        Assert.Single(_log.Collector.GetSnapshot(), e => e.Level == LogLevel.Error);
        Assert.False(Run(model, 8, 8, 115).IsEmpty);
        Assert.True(Run(model, 8, 8, 255).IsEmpty);
        Assert.Equal(2, _log.Collector.GetSnapshot().Count(e => e.Level == LogLevel.Error));
    }

    [Fact]
    public void Quality_is_returned_if_the_model_measures_it_and_null_otherwise()
    {
        using SeverityModel measures = LoadWithQuality(Gated);
        foreach (byte gray in (byte[])[20, 100, 130])
        {
            measures.InputFor(40, 30).Fill(gray);
            Assert.Equal(7, measures.Run(out float? quality).Length);
            Assert.Equal(1 / (1 + Math.Exp(50 * (gray - 100) / 255.0)), quality!.Value, 4);
        }

        using SeverityModel plain = Load(TinyModel.Seven);
        plain.InputFor(40, 30).Fill(20);
        Assert.False(plain.Run(out float? none).IsEmpty);
        Assert.Null(none);
    }

    [Fact]
    public void A_quality_threshold_without_a_quality_output_is_refused()
    {
        TinyModel.Write(_temp["model"], Gated);
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("output \"quality\", float32 [1,1]", e.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_quality_output_of_the_wrong_shape_is_refused_even_without_a_threshold(bool threshold)
    {
        ModelDescription description = threshold ? Gated : TinyModel.Seven;
        TinyModel.Write(_temp["model"], description.Scheme, TinyModel.WithQuality(description, level: 100, columns: 2));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("\"quality\" Float [1,2]", e.Message);
    }

    [Fact]
    public void A_quality_that_is_not_a_number_is_refused_at_warm_up()
    {
        TinyModel.Write(_temp["model"], Gated.Scheme, TinyModel.WithQuality(Gated, level: float.NaN));
        Assert.Contains("its quality for a plain gray picture is outside 0-1", Refusal(() => Load(_temp["model"])).Message);
    }

    [Fact]
    public void A_contradictory_gate_is_refused_with_every_error()
    {
        ModelDescription wrong = TinyModel.Seven with { Gate = new ModelGate(256, 2) { MinQuality = -0.1f, FrozenAfter = 0 } };
        TinyModel.Write(_temp["model"], wrong);
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.BadMetadata, e.Reason);
        Assert.All(
            (string[])
            [
                "black_mean is outside",
                "min_confidence is outside",
                "min_quality is outside",
                "frozen_after is not above 0",
                "frozen_after and gate.frozen_difference must be set together",
            ],
            error => Assert.Contains(error, e.Message));

        var gate = new ModelGate(3, 0) { FrozenAfter = 1, FrozenDifference = 255.5f };
        ModelDescription tooFar = TinyModel.Seven with { Gate = gate };
        Assert.Contains("frozen_difference is outside", Refusal(() => Load(TinyModel.Write(_temp["far"], tooFar))).Message);
    }

    [Fact]
    public void Optional_gate_thresholds_are_omitted_if_unset_and_read_back_if_set()
    {
        Assert.DoesNotContain("null", TinyModel.Seven.ToJson());
        var gate = new ModelGate(3, 0.5f) { MinQuality = 0.25f, FrozenAfter = 0.8, FrozenDifference = 1.5f };
        ModelDescription read = ModelDescription.Parse((TinyModel.Seven with { Gate = gate }).ToJson(), "a file");

        Assert.Equal(gate, read.Gate);
        Assert.Contains("\"min_quality\":0.25,\"frozen_after\":0.8,\"frozen_difference\":1.5", read.ToJson());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_frames_allocate_almost_nothing(bool withQuality)
    {
        using SeverityModel model = withQuality ? LoadWithQuality(Gated) : Load(TinyModel.Seven);
        for (int i = 0; i < 50; i++) Run(model, 64, 48, 80);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Run(model, 64, 48, 80);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void The_warm_up_leaves_no_profile_behind()
    {
        string[] before = Directory.GetDirectories(Path.GetTempPath(), "lusedge-profile-*");
        Load(TinyModel.Seven).Dispose();

        // Profiles of tests that load a model at the same time disappear by themselves; one left behind stays.
        string[] left = [.. Directory.GetDirectories(Path.GetTempPath(), "lusedge-profile-*").Except(before)];
        Assert.True(SpinWait.SpinUntil(() => !left.Any(Directory.Exists), TimeSpan.FromSeconds(10)), string.Join(' ', left));
    }

    private static readonly ModelDescription Gated = TinyModel.Seven with { Gate = new ModelGate(3, 0) { MinQuality = 0.5f } };

    private SeverityModel LoadWithQuality(ModelDescription description) =>
        Load(TinyModel.Write(_temp["gated"], description.Scheme, TinyModel.WithQuality(description, level: 100)));

    private static ModelException Refusal(Func<SeverityModel> load) => Assert.ThrowsAny<ModelException>(() => load().Dispose());

    private static ReadOnlySpan<float> Run(SeverityModel model, int width, int height, byte gray)
    {
        model.InputFor(width, height).Fill(gray);
        return model.Run();
    }

    private SeverityModel Load(ModelDescription description, ProviderChoice provider = ProviderChoice.Cpu) =>
        Load(TinyModel.Write(_temp[description.Scheme], description), provider);

    private SeverityModel Load(string directory, ProviderChoice provider = ProviderChoice.Cpu) =>
        SeverityModel.Load(directory, new InferOptions { Provider = provider }, _log);
}
