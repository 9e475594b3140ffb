-- Tracked phrases over all trackers.
{{ over_providers(trackers(), 'keywords', ['project_id', 'keyword_id', 'keyword', 'keyword_group', 'deleted_at']) }}
