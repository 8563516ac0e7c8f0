using System.Text.Encodings.Web;
using System.Text.Json;
using OnePeace.Cli.Inputs;

namespace OnePeace.Cli.Outputs;

/// <summary>One JSON object a line: <c>index</c>, <c>modality</c>, <c>input</c>, <c>embedding</c>.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, IReadOnlyList<InputRow> rows, IReadOnlyList<float[]> vectors)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            using (var json = new Utf8JsonWriter(stream, _readable)) WriteRow(json, i, rows[i], vectors[i]);
            stream.WriteByte((byte)'\n');
        }
    }

    private static void WriteRow(Utf8JsonWriter json, int index, InputRow row, float[] vector)
    {
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("modality", row.Modality);
        json.WriteString("input", row.Label);
        json.WriteStartArray("embedding");
        foreach (var value in vector) json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
