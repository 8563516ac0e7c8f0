using System.CommandLine;
using OnePeace.Training.Evaluation;

namespace OnePeace.Cli.Commands;

/// <summary>The options that say what <c>onepeace eval retrieval</c> evaluates.</summary>
internal sealed class RetrievalOptions
{
    private const string All = "all";
    private const char Comma = ',';

    private readonly Option<string> _data = new("--data") { Description = "A data set's folder, with SPLIT.jsonl in it", HelpName = "DIR", Required = true };
    private readonly Option<string> _split = new("--split") { Description = "Whose items search and are searched", HelpName = "SPLIT", DefaultValueFactory = _ => "heldout" };
    private readonly Option<string> _query = new("--query") { Description = "What searches: a modality, several added as A+B or A*0.7+B*0.3, or all", HelpName = "QUERY", Required = true };
    private readonly Option<string> _gallery = new("--gallery") { Description = "The modality that is searched, or all", HelpName = "NAME", Required = true };
    private readonly Option<string> _via = new("--via") { Description = "A modality between: the query finds its nearest item, and that searches the gallery", HelpName = "NAME" };
    private readonly Option<string> _viaSplit = new("--via-split") { Description = "The split whose items stand between; by default the one of --split", HelpName = "SPLIT" };
    private readonly Option<int> _hops = new("--hops") { Description = "How many of the nearest items between are averaged", HelpName = "K", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _textAttributes = new("--text-attributes") { Description = "The query's text names these attributes, in this order, instead of being the caption: colour,shape is 'a red circle'", HelpName = "A,B" };
    private readonly Option<bool> _mismatch = new("--mismatch") { Description = "The text names values of another item, so that only all parts together say which item is meant" };
    private readonly Option<string> _sameAttributes = new("--same-attributes") { Description = "With --mismatch: what the meant item shares with the query's; by default every other attribute", HelpName = "A,B" };
    private readonly Option<int> _seed = new("--seed") { Description = "Of the intervals", HelpName = "S", DefaultValueFactory = _ => 0 };

    public RetrievalOptions(Command command)
    {
        foreach (var option in new Option[] { _data, _split, _query, _gallery, _via, _viaSplit, _hops, _textAttributes, _mismatch, _sameAttributes, _seed })
            command.Options.Add(option);
    }

    public string Data(ParseResult parsed) => parsed.GetRequiredValue(_data);

    public string Split(ParseResult parsed) => parsed.GetRequiredValue(_split);

    public string? ViaSplit(ParseResult parsed) => parsed.GetValue(_viaSplit);

    /// <summary>Whether more than one pair of modalities is asked for.</summary>
    public bool IsMatrix(ParseResult parsed) => parsed.GetRequiredValue(_query) == All || parsed.GetRequiredValue(_gallery) == All;

    /// <summary>What is asked for; with <c>all</c>, of every ordered pair.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="known">Modalities that both model and data have.</param>
    /// <exception cref="BadUsageException">It makes no sense.</exception>
    public IReadOnlyList<RetrievalPlan> Plans(ParseResult parsed, IReadOnlyList<string> known)
    {
        var (query, gallery, via) = (parsed.GetRequiredValue(_query), parsed.GetRequiredValue(_gallery), parsed.GetValue(_via));
        if (via is null && parsed.GetValue(_viaSplit) is not null) throw new BadUsageException("--via-split needs --via.");
        if (IsMatrix(parsed) && parsed.GetValue(_mismatch)) throw new BadUsageException("--mismatch needs one query and one gallery, not all.");
        try
        {
            RetrievalQuery[] queries = query == All ? [.. known.Select(RetrievalQuery.Parse)] : [RetrievalQuery.Parse(query)];
            string[] galleries = gallery == All ? [.. known] : [gallery];
            List<RetrievalPlan> plans = [.. from one in queries
                                            from searched in galleries
                                            where !IsMatrix(parsed) || !one.Modalities.Append(via).Contains(searched)
                                            where !IsMatrix(parsed) || !one.Modalities.Contains(via)
                                            select Plan(parsed, one, searched, via)];
            foreach (var plan in plans) plan.Check();
            return plans.Count > 0 ? plans : throw new BadUsageException($"there is no pair to evaluate: model and data share {(known.Count > 0 ? string.Join(", ", known) : "no modality")}.");
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BadUsageException(e.Message);
        }
    }

    private RetrievalPlan Plan(ParseResult parsed, RetrievalQuery query, string gallery, string? via) => new(query, gallery)
    {
        Via = via,
        Hops = parsed.GetValue(_hops),
        TextAttributes = Names(parsed.GetValue(_textAttributes)),
        Mismatch = parsed.GetValue(_mismatch),
        SameAttributes = Names(parsed.GetValue(_sameAttributes)),
        Seed = parsed.GetValue(_seed),
    };

    private static string[] Names(string? list) => list?.Split(Comma, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
