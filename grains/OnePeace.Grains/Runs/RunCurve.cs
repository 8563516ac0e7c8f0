using OnePeace.Contracts.Runs;

namespace OnePeace.Grains.Runs;

/// <summary>A run's loss from its first step on, in bounded memory: where it becomes too long, every second point goes.</summary>
internal sealed class RunCurve
{
    private const int Most = 512;

    private readonly List<RunPoint> _points = [];
    private int _stride = 1;

    public IReadOnlyList<RunPoint> Points => [.. _points];

    /// <summary>A step that comes again takes the place of what was there.</summary>
    public void Add(RunPoint point)
    {
        while (_points.Count > 0 && (_points[^1].Stage, _points[^1].Step).CompareTo((point.Stage, point.Step)) >= 0) _points.RemoveAt(_points.Count - 1);
        if (_points.Count > 0 && _points[^1].Stage == point.Stage && point.Step % _stride != 0) return;
        _points.Add(point);
        if (_points.Count <= Most) return;
        _stride *= 2;
        _points.RemoveAll(p => p.Step % _stride != 0);
    }
}
