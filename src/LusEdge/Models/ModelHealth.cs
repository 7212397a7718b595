using LusEdge.Health;
using LusEdge.Infer;

namespace LusEdge.Models;

/// <summary>Tells what there is to say about the model in use. Look once per second: another model may have taken over.</summary>
/// <param name="inUse">What grades the frames now.</param>
/// <param name="board">Where it is told.</param>
public sealed class ModelHealth(Func<ModelInUse> inUse, HealthBoard board)
{
    private ModelInUse? _told;

    /// <summary>Looks at the model in use.</summary>
    public void Look()
    {
        ModelInUse model = inUse();
        if (ReferenceEquals(model, _told)) return;
        _told = model;
        board.Set(HealthCode.ModelUnsigned, model.SignatureFlaw is { } flaw ? $"No trusted key signed the model in use: {flaw}" : null);
        board.Set(
            HealthCode.ProviderFallback,
            model is { RequestedProvider: "auto", Refused.Count: > 0 }
                ? $"Running on {model.Provider}; refused: {string.Join(", ", model.Refused.Keys)}. The info message says why."
                : null);
        board.Set(HealthCode.DemonstrationModel, model.DemonstrationOnly ? "The model was trained on synthetic pictures: for demonstration only." : null);
    }
}
