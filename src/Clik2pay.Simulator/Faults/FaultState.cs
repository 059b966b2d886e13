namespace Clik2pay.Simulator.Faults;

/// <summary>The faults in effect. The control API sets them, and each request reads them.</summary>
internal sealed class FaultState
{
    private volatile FaultSettings current = new();

    public FaultSettings Current
    {
        get => current;
        set => current = value;
    }
}
