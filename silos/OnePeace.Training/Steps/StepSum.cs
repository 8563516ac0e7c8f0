using OnePeace.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace OnePeace.Training.Steps;

/// <summary>The mean of several batches' losses.</summary>
internal sealed class StepSum
{
    private readonly SortedDictionary<string, double> _terms = new(StringComparer.Ordinal);
    private int _batches;
    private int _pairs;
    private double _loss;
    private double _correct;
    private double _factor;

    public double Loss => _batches == 0 ? 0 : _loss / _batches;

    public double Accuracy => _pairs == 0 ? 0 : _correct / (2.0 * _pairs);

    /// <param name="losses">One batch's, still alive.</param>
    /// <param name="pairs">How many pairs it had.</param>
    public void Add(PairLosses losses, int pairs)
    {
        _batches++;
        _pairs += pairs;
        _loss += Number(losses.Total);
        foreach (var (name, value) in losses.Terms) _terms[name] = _terms.GetValueOrDefault(name) + Number(value);
        if (losses.PivotCorrect is not null) _correct += losses.PivotCorrect.item<long>() + losses.OtherCorrect!.item<long>();
        if (losses.Factor is not null) _factor += Number(losses.Factor);
    }

    public StepResult ToResult(long step, double rate, double norm) => new(step, Loss, _terms.ToDictionary(t => t.Key, t => t.Value / _batches))
    {
        Accuracy = Accuracy,
        LearningRate = rate,
        GradientNorm = norm,
        LogitScale = _batches == 0 ? 0 : _factor / _batches,
        Pairs = _pairs,
    };

    private static float Number(Tensor value)
    {
        using var scope = NewDisposeScope();
        return value.detach().to(ScalarType.Float32).item<float>();
    }
}
