using LusEdge.Contract;
using LusEdge.Health;
using LusEdge.Infer;
using LusEdge.Models;

namespace LusEdge.Tests.Health;

public sealed class HealthBoardTests
{
    private static readonly ModelInUse Model = new(
        "m",
        "m@1:00000000",
        new string('0', 64),
        new ScoringScheme("iclus-4", ["0", "1", "2", "3"], [0, 1, 2, 3]),
        "cpu",
        "cpu",
        "fp32",
        new Dictionary<string, string>(),
        false);

    private readonly HealthBoard _board = new();

    [Fact]
    public void Nothing_raised_is_ok() => Assert.Equal(new HealthReport(HealthStatus.Ok, []), _board.Read());

    [Fact]
    public void Every_code_can_be_raised_and_cleared_and_the_worst_comes_first()
    {
        foreach (HealthCode code in HealthCode.All.Reverse()) _board.Raise(code, $"about {code.Name}");
        HealthReport all = _board.Read();
        Assert.Equal(HealthStatus.Failed, all.Status);
        Assert.Equal(HealthCode.All.Select(code => code.Name), all.Reasons.Select(reason => reason.Code));
        Assert.Equal(all.Reasons.OrderByDescending(reason => reason.Status), all.Reasons);
        Assert.All(all.Reasons, reason => Assert.Equal($"about {reason.Code}", reason.Detail));

        foreach (HealthCode code in HealthCode.All) _board.Set(code, null);
        Assert.Equal(HealthStatus.Ok, _board.Read().Status);
    }

    [Fact]
    public void A_remark_leaves_the_status_at_ok()
    {
        _board.Raise(HealthCode.DemonstrationModel, "for demonstration only");
        Assert.Equal(HealthStatus.Ok, _board.Read().Status);
        _board.Raise(HealthCode.NoSignal, "no frame");
        Assert.Equal(HealthStatus.Degraded, _board.Read().Status);
    }

    [Fact]
    public void Raising_the_same_again_changes_nothing_but_another_detail_does()
    {
        _board.Raise(HealthCode.NoSignal, "no frame: refused.");
        HealthReport first = _board.Read();
        _board.Raise(HealthCode.NoSignal, "no frame: refused.");
        Assert.Equal(first, _board.Read());
        _board.Raise(HealthCode.NoSignal, "no frame: lost.");
        Assert.NotEqual(first, _board.Read());
    }

    [Fact]
    public void Every_code_is_declared_once_and_listed() => Assert.Equal(
        HealthCode.All.Select(code => code.Name).Order(),
        typeof(HealthCode).GetFields()
            .Where(field => field.FieldType == typeof(HealthCode))
            .Select(field => ((HealthCode)field.GetValue(null)!).Name)
            .Order());

    [Fact]
    public void A_models_conditions_are_cleared_when_another_takes_over()
    {
        ModelInUse inUse = Model with
        {
            SignatureFlaw = "it is not signed.",
            DemonstrationOnly = true,
            RequestedProvider = "auto",
            Refused = new Dictionary<string, string> { ["cuda"] = "no device" },
        };
        var health = new ModelHealth(() => inUse, _board);
        health.Look();
        Assert.Equal(
            ["model_unsigned", "provider_fallback", "demonstration_model"],
            _board.Read().Reasons.Select(reason => reason.Code));
        Assert.Contains("it is not signed.", _board.Read().Reasons[0].Detail, StringComparison.Ordinal);

        inUse = Model with { SignedBy = "site.pub" };
        health.Look();
        Assert.Empty(_board.Read().Reasons);
    }

    [Fact]
    public void A_refused_activation_is_reported_with_its_reason()
    {
        ModelWatch.ReportRefusal(_board, "x@2: tampered.");
        HealthReason refused = Assert.Single(_board.Read().Reasons);
        Assert.Equal(("model_refused", HealthStatus.Degraded), (refused.Code, refused.Status));
        Assert.Contains("the previous one keeps serving: x@2: tampered.", refused.Detail, StringComparison.Ordinal);
    }
}
