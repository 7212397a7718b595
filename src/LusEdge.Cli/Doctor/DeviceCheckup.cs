using LusEdge.Configuration;
using LusEdge.Contract;

namespace LusEdge.Cli.Doctor;

/// <summary>The device has an id, which names its topics.</summary>
internal sealed class DeviceCheckup() : Checkup("device", "Device")
{
    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        string? configured = examination.Options.Device.Id;
        if (DeviceId.Resolve(configured) is not { } id)
        {
            return Finding.Failed(
                ExitCode.Configuration,
                $"Device:Id is not set, and {DeviceId.MachineIdFile} has no machine id to derive one from.",
                "systemd-machine-id-setup, or set Device:Id");
        }

        examination.Device = id;
        string origin = configured is null ? $"from {DeviceId.MachineIdFile}" : "from Device:Id";
        return Finding.Ok(examination.IsBroken("Mqtt")
            ? $"{id}, {origin}."
            : $"{id}, {origin}; topics {new Topics(examination.Options.Mqtt.Site, id).Prefix}/#.");
    }
}
