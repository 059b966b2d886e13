namespace Clik2pay.Simulator.Webhooks;

/// <summary>The state of the delivery of a webhook. JSON bodies contain the name in lower case.</summary>
internal enum DeliveryStatus
{
    /// <summary>Not sent yet, or waiting for a retry.</summary>
    Pending,

    /// <summary>The listener responded with a 2xx at least once.</summary>
    Delivered,

    /// <summary>Never sent, because of a simulated fault.</summary>
    Lost,

    /// <summary>No attempt got a 2xx, and no attempts are left.</summary>
    Failed,
}
