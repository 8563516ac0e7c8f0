namespace OnePeace.Training.Runs;

/// <summary>How fast a stage goes of late.</summary>
internal sealed class Pace(TimeProvider time)
{
    private const double Weight = 0.05;

    private long _last = time.GetTimestamp();
    private double _secondsAStep;
    private double _pairsAStep;

    public double PairsPerSecond => _secondsAStep > 0 ? _pairsAStep / _secondsAStep : 0;

    public void Stepped(int pairs)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        if (_secondsAStep == 0) (_secondsAStep, _pairsAStep) = (seconds, pairs);
        _secondsAStep += Weight * (seconds - _secondsAStep);
        _pairsAStep += Weight * (pairs - _pairsAStep);
    }

    /// <summary>What so many steps will take.</summary>
    public TimeSpan Remaining(long steps) => TimeSpan.FromSeconds(Math.Min(_secondsAStep * steps, TimeSpan.MaxValue.TotalSeconds / 2));
}
