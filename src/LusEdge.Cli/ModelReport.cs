using System.Text.Encodings.Web;
using System.Text.Json;
using LusEdge.Models;

namespace LusEdge.Cli;

/// <summary>What <c>lusedge model verify | install | activate | rollback</c> did: a sentence, or one JSON object whose fields docs/commands.md lists.</summary>
/// <param name="json">Whether it is to be JSON.</param>
internal sealed class ModelReport(bool json)
{
    private readonly List<string> _sentences = [];
    private string? _model;
    private string? _signedBy;
    private Parity? _parity;

    /// <summary>What it is about.</summary>
    public void Model(string? name, string? signedBy, Parity? parity) => (_model, _signedBy, _parity) = (name, signedBy, parity);

    /// <summary>A sentence for a person.</summary>
    public void Say(string sentence) => _sentences.Add(sentence);

    /// <summary>A model was made the active one.</summary>
    public void Activated(ModelLoader loader, string? name)
    {
        Model(name, null, null);
        string shown = name ?? $"the model that came with the program ({ModelOptions.ShippedModel})";
        Say(loader.FollowsStore
            ? $"{shown} is the active one now. A running service takes it over within seconds, and says in `health` if it refuses; `lusedge model list` says so too."
            : $"{shown} is the active one now, but does not serve: Infer:Model in the configuration names {loader.OwnDirectory}. Take that key out, and restart the service.");
    }

    /// <summary>Prints it.</summary>
    public void Print()
    {
        if (!json)
        {
            foreach (string sentence in _sentences) Console.WriteLine(sentence);
            return;
        }

        using Stream output = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
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
