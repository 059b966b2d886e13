namespace Clik2pay.Simulator.Control;

/// <summary>The faults that are in force now.</summary>
public sealed class Faults
{
    private volatile FaultSettings current = new();

    public FaultSettings Current
    {
        get => current;
        set => current = value;
    }
}
