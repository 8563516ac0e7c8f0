using OnePeace.Cli.Inputs;
using OnePeace.Transformer.Checkpoints;
using static TorchSharp.torch;

namespace OnePeace.Cli.Outputs;

/// <summary>Embeddings in a file, one row an input, in the format that its extension names.</summary>
internal static class VectorFile
{
    private static readonly string[] Formats = [".safetensors", ".npy", ".jsonl"];

    /// <exception cref="BadUsageException">No format has this extension.</exception>
    /// <exception cref="BadInputException">The folder is not there.</exception>
    public static void Check(string path)
    {
        if (!Formats.Contains(Path.GetExtension(path)))
            throw new BadUsageException($"--out {path}: expected a name that ends in {string.Join(", ", Formats)}.");
        OutputFile.CheckFolder(path);
    }

    /// <param name="path">Where to; what is there is replaced at the end.</param>
    /// <param name="rows">What the vectors belong to.</param>
    /// <param name="vectors"><c>[N][D]</c></param>
    public static void Write(string path, IReadOnlyList<InputRow> rows, IReadOnlyList<float[]> vectors)
    {
        switch (Path.GetExtension(path))
        {
            case ".npy":
                OutputFile.Replace(path, stream => NpyFormat.Write(stream, vectors));
                break;
            case ".jsonl":
                OutputFile.Replace(path, stream => JsonLines.Write(stream, rows, vectors));
                break;
            default:
                using (var embeddings = empty(vectors.Count, vectors[0].Length))
                {
                    CopyTo(embeddings, vectors);
                    OutputFile.Write(path, () => SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["embeddings"] = embeddings }));
                }
                break;
        }
    }

    private static void CopyTo(Tensor embeddings, IReadOnlyList<float[]> vectors)
    {
        var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(embeddings.bytes);
        for (var i = 0; i < vectors.Count; i++) vectors[i].CopyTo(values[(i * vectors[0].Length)..]);
    }
}
