-- Engine, region, device and depth of every project's region, over all trackers.
{{ over_providers(trackers(), 'regions', [
    'project_id', 'region_index', 'engine', 'region_key', 'region', 'device', 'depth'
]) }}
