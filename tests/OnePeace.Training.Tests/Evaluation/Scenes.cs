using System.Text.Json;
using OnePeace.Training.Evaluation;
using OnePeace.Transformer.Tests.Checkpoints;

namespace OnePeace.Training.Tests.Evaluation;

/// <summary>Data sets of words in files, for <see cref="WordEngine"/>: a picture knows shape and colour, a sound the shape only.</summary>
internal sealed class Scenes : IDisposable
{
    public static readonly string[] Shapes = ["circle", "square", "star"], Colours = ["red", "orange"];

    private readonly TestFiles _files = new();

    public string Folder => _files.At("");

    public static bool TakesText(string modality) => modality == "words";

    /// <summary>Each shape in each colour.</summary>
    public RetrievalSplit Shaped() => Write("heldout",
        from shape in Shapes
        from colour in Colours
        select new
        {
            id = $"{shape}-{colour}",
            @group = $"{shape}-{colour}",
            words = $"{colour} {shape}",
            picture = File($"{shape}-{colour}.picture", $"{colour} {shape}"),
            sound = File($"{shape}-{colour}.sound", shape),
            attributes = new { shape, colour },
        });

    /// <summary>Sounds that share no word with pictures; captions know the words of both.</summary>
    public RetrievalSplit Bridged() => Write("heldout", Enumerable.Range(0, 4).Select(i => new
    {
        id = $"{i}",
        words = $"ring{i} look{i}",
        picture = File($"{i}.picture", $"look{i}"),
        sound = File($"{i}.sound", $"ring{i}"),
        captions = new { sound = $"ring{i} look{i}", picture = $"look{i}" },
    }));

    public string File(string name, string words)
    {
        _files.With(name, System.Text.Encoding.UTF8.GetBytes(words));
        return name;
    }

    public RetrievalSplit Write(string name, IEnumerable<object> lines)
    {
        System.IO.File.WriteAllLines(_files.At(name + ".jsonl"), lines.Select(line => JsonSerializer.Serialize(line)));
        return Read(name);
    }

    public RetrievalSplit Read(string name) => RetrievalSplit.Read(Folder, name, TakesText);

    public static async Task<RetrievalOutcome> RunAsync(RetrievalPlan plan, RetrievalSplit split, RetrievalSplit? pool = null, WordEngine? engine = null)
    {
        var task = new RetrievalTask(plan, split, pool, TakesText);
        var vectors = new VectorStore(engine ?? new WordEngine());
        await vectors.AddAsync(task.Inputs, _ => { }, default);
        return task.Run(vectors);
    }

    public void Dispose() => _files.Dispose();
}
