using LusEdge.Health;
using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>Reports the health of the model in use. Call once per second: another model may have taken over.</summary>
/// <param name="inUse">Returns the model that grades frames now.</param>
/// <param name="board">Receives the reports.</param>
public sealed class ModelHealth(Func<ModelInUse> inUse, HealthBoard board)
{
    private ModelInUse? _reported;

    /// <summary>Reports on the model in use if it has changed.</summary>
    public void Look()
    {
        ModelInUse model = inUse();
        if (ReferenceEquals(model, _reported)) return;
        _reported = model;
        board.Set(
            HealthCode.ModelUnsigned,
            model.SignatureFlaw is { } flaw ? $"No trusted key signed the model in use: {flaw}" : null);
        board.Set(
            HealthCode.ProviderFallback,
            model is { RequestedProvider: "auto", Refused.Count: > 0 }
                ? $"Running on {model.Provider}; refused: {string.Join(", ", model.Refused.Keys)}. The info message says why."
                : null);
        board.Set(
            HealthCode.DemonstrationModel,
            model.DemonstrationOnly ? "The model was trained on synthetic pictures: for demonstration only." : null);
    }
}
