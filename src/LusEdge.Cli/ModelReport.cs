using System.Text.Encodings.Web;
using System.Text.Json;
using LusEdge.Models;

namespace LusEdge.Cli;

/// <summary>
/// What <c>lusedge model verify | install | activate | rollback</c> did: a sentence, or one JSON object (docs/commands.md lists
/// its fields).
/// </summary>
/// <param name="json">Whether to print JSON.</param>
internal sealed class ModelReport(bool json)
{
    private readonly List<string> _sentences = [];
    private string? _model;
    private string? _signedBy;
    private Parity? _parity;

    /// <summary>Sets the model that the report is about.</summary>
    public void Model(string? name, string? signedBy, Parity? parity) => (_model, _signedBy, _parity) = (name, signedBy, parity);

    /// <summary>Adds a sentence for a person.</summary>
    public void Say(string sentence) => _sentences.Add(sentence);

    /// <summary>Reports that a model is now the active one.</summary>
    public void Activated(ModelLoader loader, string? name)
    {
        Model(name, null, null);
        string shown = name ?? $"the model that came with the program ({ModelOptions.ShippedModel})";
        Say(loader.FollowsStore
            ? $"{shown} is now active. A running service switches to it within seconds; "
                + "if it refuses the model, its `health` and `lusedge model list` say why."
            : $"{shown} is now active, but does not serve: Infer:Model in the configuration names {loader.OwnDirectory}. "
                + "Remove that key, and restart the service.");
    }

    /// <summary>Prints the report.</summary>
    public void Print()
    {
        if (!json)
        {
            foreach (string sentence in _sentences) Console.WriteLine(sentence);
            return;
        }

        using Stream output = Console.OpenStandardOutput();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
        {
            writer.WriteStartObject();
            writer.WriteString("model", _model);
            writer.WriteString("signed_by", _signedBy);
            if (_parity is { } parity)
            {
                writer.WriteStartObject("golden_frames");
                writer.WriteNumber("count", parity.Frames);
                writer.WriteNumber("same_grade", parity.SameGrade);
                writer.WriteNumber("largest_difference", parity.LargestDifference);
                writer.WriteNumber("tolerance", parity.Tolerance);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNull("golden_frames");
            }

            writer.WriteString("said", string.Join(' ', _sentences));
            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
