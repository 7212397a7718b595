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
    public void A_four_class_and_a_seven_class_model_run_without_a_code_change(int classes)
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
    public void Pictures_of_any_size_go_in_and_the_file_itself_stretches_them()
    {
        using SeverityModel model = Load(TinyModel.Seven);
        float[] small = Run(model, 8, 20, 100).ToArray();

        Assert.Equal(small, Run(model, 641, 361, 100).ToArray());
        Assert.Equal(small, Run(model, 8, 20, 100).ToArray());
    }

    [Fact]
    public void The_same_picture_gives_the_same_probabilities_as_a_plain_run_of_the_runtime()
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
    public void What_really_ran_is_in_the_reference_the_provider_and_the_precision()
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
    public void Auto_says_why_each_provider_before_the_one_in_use_was_refused()
    {
        using SeverityModel model = Load(TinyModel.Seven, ProviderChoice.Auto);
        Assert.SkipUnless(model.InUse.Provider == "cpu", "a GPU works here: nothing was refused");

        Assert.Equal(["cuda", "tensorrt"], model.InUse.Refused.Keys.Order());
        Assert.All(model.InUse.Refused.Values, reason => Assert.Contains("provider", reason, StringComparison.OrdinalIgnoreCase));
        // A build for the CPU promised no GPU: that is no warning.
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
    public void A_provider_asked_for_by_name_that_does_not_work_is_fatal(ProviderChoice provider)
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
    public void A_missing_directory_or_manifest_or_model_is_told_by_its_path()
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
    public void A_manifest_that_is_none_is_refused(string text)
    {
        TinyModel.Write(_temp["model"], TinyModel.Seven);
        File.WriteAllText(Path.Combine(_temp["model"], ModelManifest.FileName), text);
        Assert.Equal(ModelFailure.BadManifest, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_with_another_hash_than_its_manifest_is_refused(bool empty)
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
    public void Metadata_that_contradicts_itself_is_refused_with_every_error()
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
    public void An_output_with_another_number_of_columns_than_classes_is_refused()
    {
        TinyModel.Write(_temp["model"], "sanmatteo-7", TinyModel.Bytes(TinyModel.Seven, outputs: 4));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("[1,7]", e.Message);
        Assert.Contains("[1,4]", e.Message);
    }

    [Fact]
    public void An_input_of_another_name_is_refused()
    {
        ModelDescription renamed = TinyModel.Seven with { Input = new ModelInput("picture", 16, 16) };
        TinyModel.Write(_temp["model"], renamed);
        Assert.Equal(ModelFailure.WrongShape, Refusal(() => Load(_temp["model"])).Reason);
    }

    [Fact]
    public void A_model_whose_numbers_are_no_probabilities_is_refused_at_the_warm_up()
    {
        var graph = new OnnxGraph("nan");
        SeverityGraph.Classify(graph, SeverityGraph.Preprocess(graph, 8, 8, 0, 1), [1, 2, 3, float.NaN], [0, 0, 0, 0], 1);
        TinyModel.Write(_temp["model"], "iclus-4", graph.ToBytes((ModelDescription.MetadataKey, TinyModel.Four.ToJson())));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.BadFile, e.Reason);
        Assert.Contains("probabilities", e.Message);
    }

    [Fact]
    public void A_run_that_gives_no_probabilities_is_empty_and_logged_once()
    {
        // Finite for the gray warm-up picture, beyond float's range for a white one.
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
    public void Quality_comes_with_the_probabilities_of_a_model_that_measures_it_and_is_null_from_one_that_does_not()
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
    public void A_threshold_of_quality_without_the_output_is_refused()
    {
        TinyModel.Write(_temp["model"], Gated);
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("output \"quality\", float32 [1,1]", e.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_quality_of_another_shape_is_refused_with_a_threshold_and_without(bool threshold)
    {
        ModelDescription description = threshold ? Gated : TinyModel.Seven;
        TinyModel.Write(_temp["model"], description.Scheme, TinyModel.WithQuality(description, level: 100, columns: 2));
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.WrongShape, e.Reason);
        Assert.Contains("\"quality\" Float [1,2]", e.Message);
    }

    [Fact]
    public void A_quality_that_is_no_number_is_refused_at_the_warm_up()
    {
        TinyModel.Write(_temp["model"], Gated.Scheme, TinyModel.WithQuality(Gated, level: float.NaN));
        Assert.Contains("a quality outside 0-1", Refusal(() => Load(_temp["model"])).Message);
    }

    [Fact]
    public void A_gate_that_contradicts_itself_is_refused_with_every_error()
    {
        ModelDescription wrong = TinyModel.Seven with { Gate = new ModelGate(256, 2) { MinQuality = -0.1f, FrozenAfter = 0 } };
        TinyModel.Write(_temp["model"], wrong);
        ModelException e = Refusal(() => Load(_temp["model"]));

        Assert.Equal(ModelFailure.BadMetadata, e.Reason);
        Assert.All(
            (string[])["black_mean is outside", "min_confidence is outside", "min_quality is outside", "frozen_after is not above 0", "frozen_after and gate.frozen_difference one is missing"],
            error => Assert.Contains(error, e.Message));

        ModelDescription tooFar = TinyModel.Seven with { Gate = new ModelGate(3, 0) { FrozenAfter = 1, FrozenDifference = 255.5f } };
        Assert.Contains("frozen_difference is outside", Refusal(() => Load(TinyModel.Write(_temp["far"], tooFar))).Message);
    }

    [Fact]
    public void A_gates_optional_thresholds_are_left_out_of_the_file_and_read_back_where_they_are_given()
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
    public void A_thousand_frames_allocate_next_to_nothing(bool withQuality)
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

        // Those of tests that load a model at the same time go by themselves; one that is left behind stays.
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
