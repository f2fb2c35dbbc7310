! What the CAM-SE dynamics carries: prognostic state on floating layers, air properties frozen over a step, step means.
! The state is one array u(np,np,ncomp,lev,elem).
!
! CAM-SE: element_mod (elem_state_t, derived_state_t)
module cam_se_state
  use kinds, only: rk
  use dimensions, only: np
  use cam_se_settings, only: ncomp, i_dp
  use moist_air, only: n_species, water_sum, virtual_factor, inverse_heat_capacity, kappa_of_dry_air, dry_gas_constant
  implicit none
  private
  public :: frozen_air, step_means, new_means, freeze_air

  ! Moist over dry mass, T_v/T, 1/cp per moist mass, kappa and gas constant of the dry air.
  type :: frozen_air
    real(rk), allocatable :: water(:,:,:,:), virtual(:,:,:,:), inv_cp(:,:,:,:), kappa(:,:,:,:), r_dry(:,:,:,:)
  end type frozen_air

  ! Dry mass flux and omega of the step; mean and biharmonic of dp3d - dp_ref under the viscosity.
  type :: step_means
    real(rk), allocatable :: vn0(:,:,:,:,:), omega(:,:,:,:), dpdiss_ave(:,:,:,:), dpdiss_biharmonic(:,:,:,:)
  end type step_means

contains

  function new_means(nlev, ne) result(means)
    integer, intent(in) :: nlev, ne
    type(step_means) :: means
    allocate(means%vn0(np,np,2,nlev,ne), means%omega(np,np,nlev,ne), source=0._rk)
    allocate(means%dpdiss_ave(np,np,nlev,ne), means%dpdiss_biharmonic(np,np,nlev,ne), source=0._rk)
  end function new_means

  ! From tracer mass; the first n_species tracers are the active ones.
  subroutine freeze_air(qdp, u, air, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne), u(np,np,ncomp,nlev,ne)
    type(frozen_air), intent(inout) :: air
    integer :: e
    if (allocated(air%water)) then
      if (any(shape(air%water) /= [np, np, nlev, ne])) deallocate(air%water, air%virtual, air%inv_cp, air%kappa, air%r_dry)
    end if
    if (.not. allocated(air%water)) then
      allocate(air%water(np,np,nlev,ne))
      allocate(air%virtual, air%inv_cp, air%kappa, air%r_dry, mold=air%water)
    end if
    !$omp parallel do
    do e = 1, ne
      call freeze_element(qdp(:,:,:,1:n_species,e), u(:,:,i_dp,:,e), air, e, nlev)
    end do
  end subroutine freeze_air

  subroutine freeze_element(qdp, dp3d, air, e, nlev)
    integer, intent(in) :: e, nlev
    real(rk), intent(in) :: qdp(np,np,nlev,n_species), dp3d(np,np,nlev)
    type(frozen_air), intent(inout) :: air
    real(rk) :: q(np,np,nlev,n_species)
    integer :: m, n
    do m = 1, n_species
      q(:,:,:,m) = qdp(:,:,:,m)/dp3d
    end do
    n = np*np*nlev
    call water_sum(q, air%water(:,:,:,e), n, n_species)
    call virtual_factor(q, air%virtual(:,:,:,e), n, n_species)
    call inverse_heat_capacity(q, air%inv_cp(:,:,:,e), n, n_species)
    call kappa_of_dry_air(q, air%kappa(:,:,:,e), n, n_species)
    call dry_gas_constant(q, air%r_dry(:,:,:,e), n, n_species)
  end subroutine freeze_element

end module cam_se_state
