-- Figures that Yandex leaves empty are nothing shown, clicked or paid.
select
    account_id,
    {{ entity_key('direct', 'source_id') }} as ad_spend_id,
    'direct' as platform,
    {{ entity_key('direct', "payload ->> 'CampaignId'") }} as campaign_id,
    payload ->> 'CampaignId' as source_campaign_id,
    payload ->> 'CampaignName' as campaign_name,
    (payload ->> 'Date')::date as spent_on,
    coalesce((payload ->> 'Impressions')::bigint, 0) as impressions,
    coalesce((payload ->> 'Clicks')::bigint, 0) as clicks,
    coalesce((payload ->> 'Cost')::numeric, 0)::numeric(18, 2) as cost,
    (payload ->> 'IncludeVAT')::boolean as vat_included,
    payload ->> 'Currency' as currency_code,
    loaded_at
from {{ source('direct', 'costs') }}
